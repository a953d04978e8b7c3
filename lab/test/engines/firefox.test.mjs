// The lab in Firefox.
import { launch } from './firefox.mjs';
import { rows } from './rows.mjs';

rows('Firefox', launch);
