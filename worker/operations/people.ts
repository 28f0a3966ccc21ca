/** Everything about people: signing in, linking accounts, staff. What pages and APIs may use of it. */
export type { Session } from "../auth/session.ts";
export type { AuthEnv } from "../auth/auth.ts";
export { sessionOf, cookieOf } from "../auth/session.ts";
export { fromOf, isUnavailable, peopleWorldOf, sessionOfContext, type From, type Outcome, type PeopleRefusal, type PeopleRefusalCode, type PeopleWorld } from "./people/world.ts";
export { createFirstAdministrator, createUser, isEmail, normalEmail, type NewUser } from "./people/users.ts";
export { signIn, signOut, signUp, type SignedIn } from "./people/sign-in.ts";
export { acceptInvitation, endAccess, grantAccess, invite, linkAccount, openInvitation, peopleWithAccess, type PersonWithAccess } from "./people/access.ts";
export { forgotPassword, passwordLinkOwner, setPassword } from "./people/passwords.ts";
export { changeRole, createStaff, deactivate, listStaff, makePasswordLink, reactivate, staffPerson, type StaffOutcome, type StaffPerson } from "./people/staff.ts";
