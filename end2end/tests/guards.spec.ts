import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { pages } from "./pages";
import { expect, signIn, test } from "./postern";

const person = (n: number) => ({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
  userName: `person${n}@corp.example`,
  displayName: `Person ${n}`,
  active: true,
});

test("the first change asks what the session is for", async ({ page, postern, expected }) => {
  expected.push(/403/);
  await signIn(page, postern);
  await page.goto("/admin/sso/scim");
  await page.getByRole("button", { name: "Turn on provisioning" }).click();
  await expect(page.getByRole("heading", { name: "Say what this session is for" })).toBeVisible();
  await page.getByLabel("What is this session for?").fill("Set up Entra");
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page).toHaveURL(/\/admin\/sso\/scim$/);
  await page.getByRole("button", { name: "Turn on provisioning" }).click();
  await expect(page.getByRole("switch", { name: /provisioning/i })).toHaveAttribute("aria-checked", "true");
  await page.goto("/admin/audit");
  await expect(page.getByText("Set up Entra").first()).toBeVisible();
});

test("a break-glass account is made, and its sheet signs in", async ({ signedIn: page, postern, browser }) => {
  await page.goto("/admin/break-glass");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByLabel("Name").fill("night-shift");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  const sheet = page.getByRole("dialog", { name: "Print or store this sheet now" });
  await expect(sheet.locator("ol code")).toHaveText(Array(8).fill(/^[0-9A-Z]{5}(-[0-9A-Z]{5}){4}$/));
  const name = await sheet.locator("[data-field=name]").innerText();
  const secret = await sheet.locator("[data-field=secret]").innerText();
  const code = await sheet.locator("[data-field='codes/0']").innerText();
  expect(name).toMatch(/^night-shift-[0-9a-z]{4}$/);
  for (let n = 0; n < 4; n++) await page.keyboard.press("Escape");
  await expect(sheet).toBeVisible();
  await sheet.getByRole("button", { name: "I have stored it" }).click();
  await expect(sheet).toBeHidden();
  const made = page.getByRole("row").filter({ has: page.locator(".row-main", { hasText: name }) });
  await expect(made.getByText("Not proven")).toBeVisible();
  expect(await page.content()).not.toContain(secret);

  const other = await (await browser.newContext({ baseURL: postern.url })).newPage();
  for (const typed of [secret.toLowerCase(), code]) {
    await other.goto("/login");
    await other.getByLabel("Break-glass account").fill(name);
    await other.getByLabel("Secret").fill(typed);
    await other.getByRole("button", { name: "Sign in" }).click();
    await expect(other).toHaveURL(/\/admin$/);
  }
  await other.goto("/admin/break-glass");
  const row = other.getByRole("row").filter({ has: other.locator(".row-main", { hasText: name }) });
  await expect(row.getByText("Proven", { exact: true })).toBeVisible();
  await expect(row.getByRole("cell").nth(3)).toHaveText(/7$/);
  await other.context().close();
});

test("a rescue from the host opens the console", async ({ page, postern }) => {
  const said = postern.run("break-glass", "recover");
  const [name, secret] = [/Name\s+(\S+)/.exec(said)![1]!, /Secret\s+(\S+)/.exec(said)![1]!];
  await page.goto("/login");
  await page.getByLabel("Break-glass account").fill(name);
  await page.getByLabel("Secret").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/admin$/);
});

test("a batch of departures is found and undone", async ({ signedIn: page, postern }) => {
  postern.run("scim", "enable");
  const token = postern.run("token", "create", "--name", "Entra production");
  const ids: string[] = [];
  for (let n = 0; n < 14; n++) {
    ids.push((await (await postern.scim(token, "POST", "/Users", person(n))).json()).id);
  }
  for (const id of ids.slice(0, 12)) {
    const operations = [{ op: "Replace", path: "active", value: "False" }];
    expect((await postern.scim(token, "PATCH", `/Users/${id}`, { Operations: operations })).status).toBe(200);
  }
  await page.goto("/admin/sso/guard");
  await expect(page.getByText("12 people lost access").first()).toBeVisible();
  await page.getByRole("button", { name: "Undo this batch" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await dialog.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(page.getByText("No batch waits for you.")).toBeVisible();
  await page.goto("/admin/users?status=active");
  await expect(page.getByRole("row").filter({ hasText: /Person \d/ })).toHaveCount(14);
  expect((await postern.scim(token, "GET", "/Users")).status, "the token is paused").toBe(403);
});

test("a large undo goes on by itself, and somebody among many is found by name", async ({ signedIn: page, postern }) => {
  test.setTimeout(120_000);
  postern.run("scim", "enable");
  const token = postern.run("token", "create", "--name", "Entra production");
  const members: { value: string }[] = [];
  for (let part = 0; part < 2; part++) {
    const operations = Array.from({ length: 1_000 }, (_, n) => ({
      method: "POST", path: "/Users", bulkId: `${n}`, data: person(part * 1_000 + n),
    }));
    const answer = await (await postern.scim(token, "POST", "/Bulk", { Operations: operations })).json();
    for (const made of answer.Operations) members.push({ value: made.location.split("/").pop() });
  }
  const { id } = await (await postern.scim(token, "POST", "/Groups", { displayName: "Everybody", members })).json();
  const remove = { Operations: [{ op: "remove", path: "members" }] };
  expect((await postern.scim(token, "PATCH", `/Groups/${id}`, remove)).ok).toBe(true);

  await page.goto("/admin/sso/guard");
  await page.getByText("Undo for some of them").click();
  await page.getByRole("searchbox", { name: "Name" }).fill("PERSON 1234");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("checkbox", { name: "Person 1234" })).toBeVisible();
  await expect(page.locator(".choices input[type=checkbox]")).toHaveCount(1);
  await page.goto("/admin/sso/guard");
  await page.getByRole("button", { name: "Undo this batch" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Undo", exact: true }).click();
  await expect(page.getByRole("heading", { name: "A batch is being undone" })).toBeVisible({ timeout: 60_000 });
  // The page follows what the server does.
  await expect(page.getByRole("heading", { name: "A batch is being undone" })).toBeHidden({ timeout: 60_000 });
  await expect(page.getByText("No batch waits for you.")).toBeVisible();
  await page.goto(`/admin/groups/${id}`);
  await expect(page.getByText("2,000 members").first()).toBeVisible();
});

test("what was deleted is restored", async ({ signedIn: page, postern }) => {
  postern.run("scim", "enable");
  const token = postern.run("token", "create", "--name", "Entra production");
  const { id } = await (await postern.scim(token, "POST", "/Users", person(1))).json();
  expect((await postern.scim(token, "DELETE", `/Users/${id}`)).status).toBe(204);
  await page.goto("/admin/deleted");
  await page.getByRole("row").filter({ hasText: "Person 1" }).getByRole("button", { name: /Restore/ }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: /^Restore/ }).click();
  await expect(page.getByText("Nothing to restore")).toBeVisible();
  expect((await postern.scim(token, "GET", `/Users/${id}`)).status).toBe(200);
});

test("the audit log is taken out and checked", async ({ signedIn: page }, info) => {
  await page.goto("/admin/audit");
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download as JSON Lines" }).click(),
  ]);
  const path = info.outputPath("audit.jsonl");
  await file.saveAs(path);
  const verify = () => execFileSync(process.env.POSTERN_BIN!, ["audit", "verify", path], { encoding: "utf8", stdio: "pipe" });
  expect(verify()).toContain("The chain holds");
  writeFileSync(path, readFileSync(path, "utf8").replace("Set up Entra", "Set up Okta!"));
  expect(verify).toThrow(/is not what was written/);
});

test("every page of the console opens, wide and narrow", async ({ signedIn: page }) => {
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 760 });
    for (const path of pages) {
      const answer = await page.goto(path);
      expect(answer!.status(), path).toBe(200);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(width);
    }
  }
});
