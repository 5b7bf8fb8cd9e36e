import { expect, test } from "./postern";

const people = (names: string[]) =>
  names.map((name) => ({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName: `${name.toLowerCase()}@corp.example`,
    displayName: name,
    active: true,
  }));

test("a refused call is explained without a look at any log", async ({ signedIn: page, postern }) => {
  postern.run("scim", "enable");
  const token = postern.run("token", "create", "--name", "Entra production");
  const call = (method: string, path: string, body?: unknown) => postern.scim(token, method, path, body);
  const [ada, grace] = people(["Ada", "Grace"]);
  for (const name of ["ada", "grace", "radia"]) await call("GET", `/Users?filter=userName+eq+%22${name}%22`);
  const id = (await (await call("POST", "/Users", ada)).json()).id;
  await call("POST", "/Users", grace);
  await call("POST", "/Users", { ...ada, userName: "ADA@corp.example" });
  await call("PATCH", `/Users/${id}`, { Operations: [{ op: "replace", path: "active", value: false }] });
  // Calls are recorded within a second.
  await expect(async () => {
    await page.goto("/admin/sso/scim");
    const refused = page.locator("dt", { hasText: "Refused" }).locator("xpath=..");
    await refused.getByRole("link", { name: "1" }).click({ timeout: 500 });
  }).toPass();
  await expect(page).toHaveURL(/\/admin\/activity\?show=refused$/);
  await page.getByText("A user could not be created").click();
  await expect(page.getByText("Another user has this userName already")).toBeVisible();
  await expect(page.getByRole("link", { name: "See the user who has the name" })).toBeVisible();
  await page.getByRole("link", { name: "Show everything" }).click();
  await expect(page.getByText("7 calls: 2 created, 1 deactivated, 1 refused")).toBeVisible();
  await expect(page.getByText("3 reads; 3 found none")).toBeVisible();
  await page.getByText("Ada was deactivated").click();
  await page.getByRole("link", { name: "See what changed" }).click();
  await expect(page.getByRole("heading", { name: "What it changed" })).toBeVisible();
  await page.goto(`/admin/users/${id}`);
  await page.getByRole("link", { name: "calls about this user" }).click();
  await expect(page.getByText("3 calls: 1 created, 1 deactivated, 1 refused")).toBeVisible();
});
