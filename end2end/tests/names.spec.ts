import { expect, test } from "./postern";

const person = (n: number, displayName: string) => ({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
  userName: `person${n}@corp.example`,
  displayName,
  active: true,
});

test("names hide nothing and turn nothing around", async ({ signedIn: page, postern }) => {
  postern.run("scim", "enable");
  const token = postern.run("token", "create", "--name", "Entra production");
  const add = async (n: number, name: string) => (await (await postern.scim(token, "POST", "/Users", person(n, name))).json()).id;
  const spoof = await add(1, "exe\u202Etxt.Ada");
  const persian = await add(2, "مهدی\u200Cنیا");
  const rocket = await add(3, "Ada 👩🏽\u200D🚀");
  for (const path of [`users/${spoof}`, "users", "audit"]) {
    await page.goto(`/admin/${path}`);
    expect(await page.content(), path).not.toContain("\u202E");
    await expect(page.getByText("exe[U+202E]txt.Ada").first()).toBeVisible();
  }
  await page.goto(`/admin/users/${persian}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("\u2068مهدی\u200Cنیا\u2069");
  await page.goto(`/admin/users/${rocket}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Ada 👩🏽\u200D🚀");
});
