// The team page: people, teams and roles.

import { readCompany } from "./company.js";
import { offerCopies } from "./copy.js";
import { offerClosing } from "./dialogs.js";
import { begin } from "./frame.js";
import { people } from "./people.js";
import { roles } from "./roles.js";
import { teams } from "./teams.js";

const me = await begin("team");
offerCopies();
offerClosing();
const company = await readCompany(me);
people(company);
teams(company);
roles(company);
