import { pages } from "./pages";
import { expect, signIn, test } from "./postern";

const user = {
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
  externalId: "5d1c3f0e-0000-4a55-b1de-7f1d0c7ae901",
  userName: "ada@corp.example",
  active: true,
  displayName: "Ada Byron",
  emails: [{ primary: true, type: "work", value: "ada@corp.example" }],
  name: { formatted: "Ada Byron", familyName: "Byron", givenName: "Ada" },
};

test("an administrator connects a directory and sees its users", async ({ signedIn: page, postern }) => {
  await page.getByRole("button", { name: "Turn on provisioning" }).click();
  await expect(page.getByRole("switch", { name: /provisioning/i })).toHaveAttribute("aria-checked", "true");

  await page.getByRole("button", { name: "Create token" }).first().click();
  await page.getByLabel("Name").fill("Entra production");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Copy this token now" });
  const token = await dialog.getByText(/^postern_scim_\w+$/).innerText();
  for (let n = 0; n < 4; n++) await page.keyboard.press("Escape");
  await page.mouse.click(5, 5);
  await expect(dialog).toBeVisible();
  await dialog.getByRole("button", { name: "I have stored it" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("table").getByText("Entra production", { exact: true })).toBeVisible();
  expect(await page.content()).not.toContain(token);

  const probe = await postern.scim(token, "GET", "/Users?filter=userName+eq+%22b7e4c0d2-5d0f-4f0b-9f60-3a1f0c7d9e11%22");
  expect([probe.status, (await probe.json()).totalResults]).toEqual([200, 0]);
  const created = await postern.scim(token, "POST", "/Users", user);
  expect(created.status).toBe(201);
  const { id } = await created.json();
  const group = { displayName: "Engine Owners", members: [{ value: id }] };
  expect((await postern.scim(token, "POST", "/Groups", group)).status).toBe(201);

  await page.getByRole("link", { name: /^Users/ }).click();
  const row = page.getByRole("row").filter({ hasText: "Ada Byron" });
  await expect(row.getByText("Suspended")).toHaveCount(0);
  await row.click();
  await expect(page.getByRole("heading", { name: "Ada Byron" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Engine Owners" })).toBeVisible();

  const operations = [{ op: "Replace", path: "active", value: "False" }];
  expect((await postern.scim(token, "PATCH", `/Users/${id}`, { Operations: operations })).status).toBe(200);
  await page.goto("/admin/users");
  await expect(row.getByText("Suspended")).toBeVisible();

  await page.goto("/admin/sso/scim");
  await page.getByRole("button", { name: /^Revoke/ }).click();
  const asks = page.getByRole("dialog", { name: /Revoke/ });
  await expect(asks.getByRole("button", { name: "Cancel" })).toBeFocused();
  await asks.getByRole("button", { name: /^Revoke/ }).click();
  await expect(asks).toBeHidden();
  expect((await postern.scim(token, "GET", "/Users")).status).toBe(401);
});

test("turning provisioning off asks first", async ({ signedIn: page, postern }) => {
  postern.run("scim", "enable");
  await page.reload();
  await page.getByRole("switch").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  expect(postern.run("scim", "status")).toContain("Provisioning is on");
  await page.getByRole("switch").click();
  await dialog.getByRole("button", { name: /^Turn off/ }).click();
  await expect(page.getByRole("button", { name: "Turn on provisioning" })).toBeVisible();
  expect(postern.run("scim", "status")).toContain("Provisioning is off");
});

test("a click after the session has ended says so and changes nothing", async ({ signedIn: page, postern, expected }) => {
  expected.push(/401/);
  postern.run("break-glass", "reset", postern.name);
  await page.getByRole("button", { name: "Turn on provisioning" }).click();
  await expect(page.getByRole("alert")).toContainText("session has ended");
  expect(postern.run("scim", "status")).toContain("Provisioning is off");
});

test("a wrong secret is refused in place", async ({ page, postern, expected }) => {
  expected.push(/422/);
  await page.goto("/login");
  await page.getByLabel("Break-glass account").fill(postern.name);
  await page.getByLabel("Secret").fill("WRONG-WRONG-WRONG-WRONG-WRONG-WRONG");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("do not go together");
  await expect(page.getByLabel("Break-glass account")).toHaveValue(postern.name);
});

test("people are filtered, sorted and exported", async ({ signedIn: page, postern }) => {
  postern.run("scim", "enable");
  const token = postern.run("token", "create", "--name", "Entra production");
  const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
  for (const [name, department] of [["Cleo", "Sales"], ["Ada", "IT"], ["Bob", "IT"]]) {
    const body = { ...user, userName: `${name}@corp.example`, displayName: name, [enterprise]: { department } };
    expect((await postern.scim(token, "POST", "/Users", body)).status).toBe(201);
  }
  await page.goto("/admin/users");
  await page.getByRole("textbox", { name: "Department, whole name", exact: true }).fill("it");
  await page.getByRole("button", { name: "Show" }).click();
  const rows = page.getByRole("table", { name: "Users" }).locator("tbody tr");
  await expect(rows).toHaveCount(2);
  await page.getByRole("link", { name: "Person" }).click();
  await expect(page.getByRole("columnheader", { name: "Person" })).toHaveAttribute("aria-sort", "ascending");
  await expect(rows).toContainText([/^A ?Ada/, /^B ?Bob/]);
  await page.getByRole("link", { name: "Person" }).click();
  await expect(rows).toContainText([/^B ?Bob/, /^A ?Ada/]);
  const file = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export CSV" }).click();
  expect((await file).suggestedFilename()).toBe("postern-users.csv");
  await page.getByRole("link", { name: "Take away the filter: Department it" }).click();
  await expect(rows).toHaveCount(3);
});

test("signing out ends the session", async ({ signedIn: page, context }) => {
  const cookies = await context.cookies();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/login$/);
  await context.addCookies(cookies);
  await page.goto("/admin/users");
  await expect(page).toHaveURL(/\/login\?next=/);
});

test("a copy button copies", async ({ signedIn: page, postern, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  postern.run("scim", "enable");
  await page.reload();
  await page.getByRole("button", { name: /Copy.*Tenant URL/i }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(`${postern.url}/scim/v2?aadOptscim062020`);
});

test("hostile names stay text", async ({ signedIn: page, postern }) => {
  postern.run("scim", "enable");
  const token = postern.run("token", "create", "--name", "</script><img src=x onerror=alert(1)>");
  const hostile = "<script>window.__xss=1</script><img src=x onerror=window.__xss=1>";
  const made = await postern.scim(token, "POST", "/Users", { ...user, displayName: hostile, title: hostile });
  const { id } = await made.json();
  const group = await (await postern.scim(token, "POST", "/Groups", { displayName: hostile })).json();
  const others = [`/admin/users/${id}`, `/admin/groups/${group.id}`, `/admin/users?q=${encodeURIComponent(hostile)}`];
  for (const path of [...pages, ...others]) {
    await page.goto(path);
    await page.waitForLoadState("networkidle");
    expect(await page.evaluate(() => "__xss" in window)).toBe(false);
  }
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("sign-in, pages, search and the switch work", async ({ page, postern }) => {
    postern.run("scim", "enable");
    const token = postern.run("token", "create", "--name", "Entra");
    await postern.scim(token, "POST", "/Users", user);
    postern.run("scim", "disable");
    await signIn(page, postern);
    await page.goto("/admin/sso/scim");
    await page.getByRole("button", { name: "Turn on provisioning" }).click();
    await expect(page.getByRole("heading", { name: "Say what this session is for" })).toBeVisible();
    await page.getByLabel("What is this session for?").fill("Set up Entra");
    await page.getByRole("button", { name: "Confirm" }).click();
    // The request that led to the confirmation is carried out with it.
    await expect(page).toHaveURL(/\/admin\/sso\/scim$/);
    expect(postern.run("scim", "status")).toContain("Provisioning is on");
    await page.goto("/admin/users");
    await page.getByRole("searchbox").fill("byron");
    await page.getByRole("searchbox").press("Enter");
    await expect(page.getByRole("row").filter({ hasText: "Ada Byron" })).toBeVisible();
    await page.getByRole("searchbox").fill("nobody");
    await page.getByRole("searchbox").press("Enter");
    await expect(page.getByText("Ada Byron")).toHaveCount(0);
  });
});

test("the pages fit a narrow screen and a keyboard", async ({ signedIn: page, postern }) => {
  postern.run("scim", "enable");
  const token = postern.run("token", "create", "--name", "Entra production");
  for (let n = 0; n < 60; n++) {
    await postern.scim(token, "POST", "/Users", { ...user, userName: `person${n}@a-rather-long-domain.corp.example` });
  }
  await page.setViewportSize({ width: 360, height: 760 });
  for (const path of pages) {
    await page.goto(path);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, path).toBeLessThanOrEqual(360);
  }
  await page.goto("/admin/users");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: /Skip/ })).toBeFocused();
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page.getByRole("row").filter({ hasText: "person9@" })).toBeVisible();
  await page.getByRole("link", { name: "Previous" }).click();
  await expect(page.getByRole("row").filter({ hasText: "person59@" })).toBeVisible();
});
