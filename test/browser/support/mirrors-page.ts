import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

const SCREENSHOTS = join(import.meta.dirname, '..', 'screenshots')
/** For what the page shows in the end: a sync on a busy host takes its time. */
export const PATIENCE_MS = 60_000
const LAYERS = ['code', 'secrets', 'variables', 'workflows'] as const

export const until = (check: () => unknown) => expect.poll(check, { timeout: PATIENCE_MS, interval: 100 })
/** Selector of a dialog, or of the drawer. */
export const dialog = (name: string) => `[data-dialog=${name}]`

/** The tab Integrations as somebody uses it. */
export class MirrorsOnPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  card(id: string): Locator {
    return this.page.locator(`[data-mirror=${id}]`)
  }

  layer(id: string, name: string): Locator {
    return this.card(id).locator(`[data-layer=${name}]`)
  }

  async status(id: string, name: string): Promise<string | null> {
    return await this.layer(id, name).getAttribute('data-status')
  }

  /** The first of what is called so below `within`. */
  button(within: string, what: string): Locator {
    return this.page.locator(`${within} [data-do=${what}]`).first()
  }

  async press(within: string, what: string): Promise<void> {
    await this.button(within, what).click()
  }

  async fill(within: string, label: string | RegExp, text: string): Promise<void> {
    const exact = typeof label === 'string'
    await this.page.locator(within).getByLabel(label, { exact }).fill(text)
  }

  /** To its end: what is in step looks the same before it has begun. */
  async sync(id: string): Promise<void> {
    const begun = this.page.waitForSelector(`[data-mirror=${id}][data-busy=true]`, { timeout: PATIENCE_MS })
    await this.press(`[data-mirror=${id}]`, 'sync')
    await begun
    await this.inStep(id)
  }

  async inStep(id: string): Promise<void> {
    await until(() => this.card(id).getAttribute('data-busy')).toBe('false')
    for (const name of LAYERS) await until(() => this.status(id, name)).toMatch(/^(?:ok|off)$/)
  }

  async unlock(token: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Unlock' }).click()
    await this.fill(dialog('unlock'), 'Token', token)
    await this.page.keyboard.press('Enter')
    await this.page.getByRole('button', { name: 'Lock', exact: true }).waitFor()
  }

  /** Of a state that does not last. */
  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: join(SCREENSHOTS, `integrations-${name}.png`), fullPage: true })
  }
}
