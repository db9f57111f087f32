// My account: who I am, my password, second factor, notifications, sign-ins and API keys.

import { offerCopies } from "./copy.js";
import { begin } from "./frame.js";
import { keysOf } from "./keys.js";
import { passwordForm } from "./password.js";
import { preferences } from "./preferences.js";
import { profileForm } from "./profile.js";
import { secondFactor } from "./second-factor.js";
import { sessionList } from "./sessions.js";

const me = await begin("account");
offerCopies();
const sessions = sessionList(document.getElementById("sessions"));
profileForm(document.getElementById("profile"), me);
passwordForm(document.getElementById("password-form"), me, sessions);
secondFactor(me);
keysOf(me);
preferences(document.getElementById("preferences"));
