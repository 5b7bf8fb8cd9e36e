import { confirm, expect, signIn, test } from "./postern";

test("the overview leads to the set-up, and then to what needs a decision", async ({ page, postern }) => {
  await signIn(page, postern);
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  await expect(page.getByText("Provisioning is off, so no directory can change anything here.")).toBeVisible();
  await page.getByRole("link", { name: "Set up provisioning" }).click();
  await expect(page).toHaveURL(/\/admin\/sso\/scim$/);
  await confirm(page);

  postern.run("scim", "enable");
  const token = postern.run("token", "create", "--name", "Entra production");
  const user = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: "ada@corp.example", active: true };
  expect((await postern.scim(token, "POST", "/Users", user)).status).toBe(201);
  expect((await postern.scim(token, "POST", "/Users", user)).status).toBe(409);
  await expect(async () => {
    await page.goto("/admin");
    await expect(page.getByRole("heading", { name: "1 call was refused in the last 24 hours" })).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(page.getByRole("img", { name: /^Changes and refused calls by hour/ })).toBeVisible();
  const table = page.getByRole("table", { name: /^Hours in which something happened/ });
  await expect(table).toBeHidden();
  await page.getByText("Show as table").click();
  await expect(table.getByRole("row")).toHaveText([/^Hour/, /:0021001$/]);
  await page.getByRole("link", { name: "See why" }).click();
  await expect(page).toHaveURL(/\/admin\/activity\?show=refused$/);
  await expect(page.getByText("A user could not be created")).toBeVisible();
});
