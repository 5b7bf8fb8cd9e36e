import type { Page } from "@playwright/test";
import { expect, test } from "./postern";

/** Clicks once more where the pointer is, again and again. */
async function clickOn(page: Page): Promise<void> {
  for (const wait of [60, 150, 300, 600, 900]) {
    await page.waitForTimeout(wait);
    await page.mouse.down();
    await page.mouse.up();
  }
}

for (const { what, path, opener, name, shown } of [
  { what: "token", path: "sso/scim", opener: "Create token", name: "Entra", shown: "Copy this token now" },
  { what: "sheet", path: "break-glass", opener: "Create account", name: "night", shown: "Print or store this sheet now" },
]) {
  test(`a second click does not lose a ${what}`, async ({ signedIn: page, postern }) => {
    postern.run("scim", "enable");
    await page.goto(`/admin/${path}`);
    await page.getByRole("button", { name: opener }).first().click();
    await page.getByLabel("Name").fill(name);
    const create = page.getByRole("button", { name: "Create", exact: true });
    await create.click();
    const dialog = page.getByRole("dialog", { name: shown });
    await expect(dialog).toBeVisible();
    // The worst case: the button that closes it is where the pointer is.
    const box = (await dialog.getByRole("button", { name: "I have stored it" }).boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await clickOn(page);
    await expect(dialog).toBeVisible();

    const asked: string[] = [];
    page.on("dialog", async (question) => {
      asked.push(question.type());
      await question.dismiss();
    });
    await page.evaluate(() => history.back());
    await expect.poll(() => asked).toEqual(["beforeunload"]);
    await expect(dialog).toBeVisible();

    await dialog.getByRole("button", { name: "I have stored it" }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByRole("button", { name: opener }).first()).toBeFocused();
    await expect(page.getByRole("status").first()).toContainText("was created");
    expect(asked).toEqual(["beforeunload"]);
  });
}
