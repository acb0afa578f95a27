import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { accessibilityFaults } from './axe.js'
import { openPage } from './chromium.js'

const FOLDER = join(import.meta.dirname, '..', 'screenshots')
const WIDE = { width: 1440, height: 900 }

export const LOOKS = {
  light: { ...WIDE, colorScheme: 'light' },
  dark: { ...WIDE, colorScheme: 'dark' },
  360: { width: 360, height: 780, colorScheme: 'light' },
} as const

export interface Sight {
  /** Of the files: `NAME-light.png`, `NAME-dark.png`, `NAME-360.png`. */
  readonly name: string
  /** After the `#` of the address. */
  readonly hash: string
  /** Selector of what stands there when the sight is whole. */
  readonly ready: string
  /** Brings the page to the state that is meant: opens a drawer, picks an entry. */
  prepare?(page: Page): Promise<void>
}

/**
 * Writes the sight in light, dark and at 360 px into `test/browser/screenshots/`, and gives back what is wrong with it:
 * accessibility in each look, what is wider than the window, and every complaint of the page. Empty is good.
 */
export async function portray(browser: Browser, origin: string, sight: Sight): Promise<string[]> {
  mkdirSync(FOLDER, { recursive: true })
  const faults: string[] = []
  for (const look of Object.keys(LOOKS) as unknown as (keyof typeof LOOKS)[]) {
    const { page, complaints } = await openPage(browser, origin, LOOKS[look])
    await page.goto(`${origin}/#${sight.hash}`)
    await page.waitForSelector(sight.ready)
    await sight.prepare?.(page)
    await page.screenshot({ path: join(FOLDER, `${sight.name}-${look}.png`), fullPage: true })
    const found = [...(await widthFaults(page)), ...(await accessibilityFaults(page)), ...complaints]
    faults.push(...found.map((fault) => `${sight.name} ${look}: ${fault}`))
    await page.context().close()
  }
  return faults
}

/** WCAG 1.4.10: nobody has to scroll in two directions. */
async function widthFaults(page: Page): Promise<string[]> {
  const excess = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  return excess > 0 ? [`${excess} px wider than the window`] : []
}
