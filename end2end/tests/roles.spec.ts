import { expect, test } from "./postern";

const person = (n: number) => ({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
  userName: `person${n}@corp.example`,
  displayName: `Person ${n}`,
  active: true,
});

test("a group is made administrator only after a question", async ({ signedIn: page, postern }) => {
  postern.run("scim", "enable");
  const token = postern.run("token", "create", "--name", "Entra production");
  const members: { value: string }[] = [];
  for (let n = 0; n < 12; n++) members.push({ value: (await (await postern.scim(token, "POST", "/Users", person(n))).json()).id });
  const { id } = await (await postern.scim(token, "POST", "/Groups", { displayName: "All staff", members })).json();
  await page.goto(`/admin/groups/${id}`);
  await page.getByRole("button", { name: "Make them administrators" }).click();
  const dialog = page.getByRole("dialog", { name: "Make everybody in “All staff” an administrator?" });
  await expect(dialog).toContainText(/12 people become administrators: Person \d+, .* and 8 others\./);
  const does = dialog.getByRole("button", { name: "Make them administrators" });
  await does.click();
  await expect(dialog).toBeVisible();
  await expect(page.getByText("The group gives no role.")).toBeVisible();
  await dialog.getByLabel(/Type 12 people/).fill("12 people");
  await does.click();
  await expect(page.getByRole("status").first()).toHaveText("The 12 people in “All staff” are administrators now.");
  await expect(page.getByText("Everybody in this group is an administrator: 12 people.")).toBeVisible();
});
