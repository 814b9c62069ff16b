// Everything works without this file but for the live tail; each module adds one convenience.
import { localTimes } from "./times.js";
import { copying } from "./copying.js";
import { keys } from "./keys.js";
import { forms } from "./forms.js";
import { places } from "./places.js";
import { tail } from "./tail.js";
import { looking, refresh } from "./refresh.js";

localTimes(document);
copying(document);
keys(document);
forms(document);
places(document);
tail(document);
refresh(document);
looking(document);
