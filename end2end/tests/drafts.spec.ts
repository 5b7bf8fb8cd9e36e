import { confirm, expect, signIn, test } from "./postern";

test("what was entered is still there after the reason was given", async ({ page, postern, expected }) => {
  expected.push(/403/);
  postern.run("scim", "enable");
  await signIn(page, postern);
  await page.goto("/admin/sso/scim");
  await page.getByRole("button", { name: "Create token" }).first().click();
  await page.getByLabel("Name").fill("Entra production");
  await page.getByLabel("It works").selectOption("365");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByLabel("What is this session for?").fill("Set up Entra");
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page).toHaveURL(/\/admin\/sso\/scim$/);
  await expect(page.getByLabel("Name")).toHaveValue("Entra production");
  await expect(page.getByLabel("It works")).toHaveValue("365");
  await expect(page.getByRole("button", { name: "Create", exact: true })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Copy this token now" })).toBeVisible();
});

test("what was entered outlives the session", async ({ page, postern, expected, context }) => {
  expected.push(/401/, /403/);
  await signIn(page, postern);
  await confirm(page);
  await page.goto("/admin/sso/guard?from=2026-11-29T08%3A00&until=2026-11-29T09%3A00");
  await page.getByText("Change the guard").click();
  await page.getByLabel("Hold them back").check();
  await page.getByLabel("Always ordinary up to").fill("17");
  await context.clearCookies();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "session has ended" })).toContainText("is kept");
  await page.reload();
  await page.getByLabel("Break-glass account").fill(postern.name);
  await page.getByLabel("Secret").fill(postern.secret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/guard\?from=2026-11-29T08%3A00/);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByLabel("What is this session for?").fill("Set the guard");
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page).toHaveURL(/guard\?from=2026-11-29T08%3A00/);
  await expect(page.getByLabel("Always ordinary up to")).toHaveValue("17");
  await expect(page.getByLabel("Hold them back")).toBeChecked();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status").first()).toHaveText("Saved.");
  await page.getByText("Change the guard").click();
  await expect(page.getByLabel("Always ordinary up to")).toHaveValue("17");
});

test("the focus stays where it was", async ({ page, postern, expected }) => {
  expected.push(/409/);
  await signIn(page, postern);
  await confirm(page);
  const alone = page.getByRole("button", { name: "Turn on provisioning" });
  postern.run("break-glass", "reset", JSON.parse(postern.run("break-glass", "list", "--json"))[1].name);
  await alone.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "break-glass" })).toBeVisible();
  await expect(alone).toBeFocused();

  await page.goto("/admin/audit");
  // Until the page's scripts run, a form is sent plainly and shows no message.
  await expect(page.getByRole("button", { name: "Copy" }).first()).toBeEnabled();
  await page.getByLabel("Keep events for, in days").fill("120");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").first()).toHaveText("Saved.");
  await expect(page.getByRole("button", { name: "Save" })).toBeFocused();
});
