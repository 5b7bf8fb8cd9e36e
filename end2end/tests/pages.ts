/** Every page that needs a session and no id; a test of the server says so when one is missing. */
export const pages = [
  "/admin",
  "/admin/confirm",
  "/admin/break-glass",
  "/admin/lockout",
  "/admin/sessions",
  "/admin/sso/scim",
  "/admin/sso/steady",
  "/admin/sso/guard",
  "/admin/sso/roles",
  "/admin/users",
  "/admin/groups",
  "/admin/deleted",
  "/admin/activity",
  "/admin/audit",
  "/admin/alerts",
];
