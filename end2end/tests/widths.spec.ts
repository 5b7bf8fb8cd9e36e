import { pages } from "./pages";
import { expect, test } from "./postern";

const long = (n: number) => ({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
  userName: `a-person-with-a-rather-long-name-${n}@a-rather-long-domain.corp.example`,
  displayName: `Wolfeschlegelsteinhausenbergerdorff the ${n}th of Nether Wallop`,
  emails: [{ value: `a-person-with-a-rather-long-name-${n}@another-long-domain.corp.example`, primary: true }],
  active: true,
});

test("no page scrolls sideways, however wide it is", async ({ signedIn: page, postern }) => {
  test.setTimeout(240_000);
  postern.run("scim", "enable");
  const token = postern.run("token", "create", "--name", "Entra production with quite a long name");
  postern.run("token", "create", "--name", "Another one");
  const members: { value: string }[] = [];
  for (let n = 0; n < 14; n++) members.push({ value: (await (await postern.scim(token, "POST", "/Users", long(n))).json()).id });
  const group = await (await postern.scim(token, "POST", "/Groups", { displayName: "Everybody in the whole organisation", members })).json();
  for (const { value } of members.slice(2)) {
    const operations = [{ op: "Replace", path: "active", value: "False" }];
    await postern.scim(token, "PATCH", `/Users/${value}`, { Operations: operations });
  }
  await postern.scim(token, "DELETE", `/Users/${members[0]!.value}`);
  await page.goto("/admin/sso/scim");
  const href = await page.getByRole("link", { name: "Entra production with quite a long name" }).first().getAttribute("href");
  const [deleted, present] = members.map(({ value }) => `/admin/users/${value}`);
  for (const path of [...pages, deleted!, present!, `/admin/groups/${group.id}`, href!]) {
    await page.goto(path);
    for (let width = 320; width <= 1280; width += 40) {
      await page.setViewportSize({ width, height: 760 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide, `${path} at ${width}`).toBeLessThanOrEqual(width);
    }
    await page.setViewportSize({ width: 1280, height: 760 });
  }
});
