"use strict";

page.build();
