// What the scripts find beside each other: the charts' library, and what `python3 -m studies page` writes.
declare const d3: any;
declare const DATA: { scenes: Record<string, any> };
