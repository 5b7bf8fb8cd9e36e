import path from "node:path";
import { defineConfig } from "@playwright/test";

// Every test runs on both databases; `testInfo.project.name` says which.
export default defineConfig({
  testDir: "tests",
  outputDir: path.join(process.env.POSTERN_TARGET ?? "../target", "end2end"),
  forbidOnly: !!process.env.CI,
  timeout: 30_000,
  workers: 1,
  reporter: "line",
  use: {
    trace: "off",
    launchOptions: {
      // Unset: Playwright's own browser.
      executablePath: process.env.CHROMIUM,
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [{ name: "sqlite" }, { name: "postgres" }],
});
