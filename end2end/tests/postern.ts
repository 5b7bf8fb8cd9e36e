import { test as base, expect, type Page } from "@playwright/test";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const binary = process.env.POSTERN_BIN!;

/** The real binary on a fresh database, with two break-glass accounts, of which somebody has signed in with one. */
export class Postern {
  name = "";
  url = "";
  secret = "";
  private server?: ChildProcess;

  constructor(private readonly database: string) {}

  /** Runs a command of the binary and gives what it prints. */
  run(...args: string[]): string {
    return execFileSync(binary, ["--database-url", this.database, ...args], { encoding: "utf8" }).trim();
  }

  async start(): Promise<void> {
    this.secret = this.run("break-glass", "create", "gate");
    const other = this.run("break-glass", "create", "spare");
    const accounts: { name: string }[] = JSON.parse(this.run("break-glass", "list", "--json"));
    this.name = accounts[0]!.name;
    const server = spawn(binary, ["--database-url", this.database, "serve", "--listen", "127.0.0.1:0"]);
    this.server = server;
    for await (const line of createInterface({ input: server.stdout! })) {
      const ready = /http:\/\/\S+/.exec(line);
      if (ready) {
        this.url = ready[0];
        await this.prove(accounts[1]!.name, other);
        return;
      }
    }
    throw new Error("the server did not start");
  }

  /** Signs in with an account without a browser. */
  private async prove(name: string, secret: string): Promise<void> {
    const body = new URLSearchParams({ name, secret });
    const answer = await fetch(`${this.url}/login`, { method: "POST", headers: { origin: this.url }, body, redirect: "manual" });
    if (answer.status !== 303) throw new Error(`the sign-in was answered ${answer.status}`);
  }

  async stop(): Promise<void> {
    const server = this.server;
    if (!server || server.exitCode !== null) return;
    const gone = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    await gone;
  }

  /** Calls SCIM as a directory does: without a User-Agent of its own, with SCIM's media type. */
  async scim(token: string, method: string, path: string, body?: unknown): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    if (body !== undefined) headers["content-type"] = "application/scim+json; charset=utf-8";
    return fetch(`${this.url}/scim/v2${path}`, { method, headers, body: JSON.stringify(body) });
  }
}

type Fixtures = { postern: Postern; complaints: string[]; expected: RegExp[]; signedIn: Page };

/** Every test gets its own server, and fails on anything that the browser's console complains about. */
export const test = base.extend<Fixtures>({
  postern: async ({}, use, info) => {
    const folder = mkdtempSync(join(tmpdir(), "postern-"));
    const postgres = info.project.name === "postgres" ? freshDatabase() : undefined;
    const postern = new Postern(postgres?.url ?? `sqlite://${folder}/postern.db`);
    try {
      await postern.start();
      await use(postern);
    } finally {
      await postern.stop();
      postgres?.drop();
      rmSync(folder, { recursive: true });
    }
  },
  baseURL: async ({ postern }, use) => use(postern.url),
  /** Complaints that a test provokes: the browser reports every refused request. */
  expected: async ({}, use) => use([]),
  complaints: [
    async ({ page, expected }, use) => {
      const complaints: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(error.message));
      await use(complaints);
      expect(complaints.filter((text) => !expected.some((pattern) => pattern.test(text)))).toEqual([]);
    },
    { auto: true },
  ],
  signedIn: async ({ page, postern }, use) => {
    await signIn(page, postern);
    await confirm(page);
    await use(page);
  },
});

export async function signIn(page: Page, postern: Postern): Promise<void> {
  await page.goto("/login");
  await page.getByLabel("Break-glass account").fill(postern.name);
  await page.getByLabel("Secret").fill(postern.secret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/admin$/);
}

/** Says what the session is for, which the first change needs. */
export async function confirm(page: Page): Promise<void> {
  await page.goto("/admin/confirm?next=/admin/sso/scim");
  await page.getByLabel("What is this session for?").fill("Set up Entra");
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page).toHaveURL(/\/admin\/sso\/scim$/);
}

function freshDatabase(): { url: string; drop: () => void } {
  const cluster = process.env.POSTERN_TEST_POSTGRES!;
  const name = `postern_browser_${process.pid}_${Date.now()}`;
  const sql = (statement: string) => execFileSync("psql", ["-q", "-d", cluster, "-c", statement]);
  sql(`CREATE DATABASE ${name}`);
  const [before, options] = cluster.split("?");
  const url = `${before!.slice(0, before!.lastIndexOf("/"))}/${name}${options ? `?${options}` : ""}`;
  return { url, drop: () => sql(`DROP DATABASE ${name} WITH (FORCE)`) };
}

export { expect };
