import { type Browser, chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

export async function launch(executablePath: string): Promise<Browser> {
  // The sandbox of Chromium refuses root, and these tests load pages of our own only.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  onTestFinished(() => browser.close())
  return browser
}

export interface Watched {
  readonly page: Page
  /** Messages of the page that are no good news, and what it asked of others than its own origin. */
  readonly complaints: string[]
}

export interface Looks {
  readonly width: number
  readonly height: number
  readonly colorScheme: 'light' | 'dark'
}

/** A page whose every complaint is kept: console errors, exceptions, refusals of the policy, foreign requests. */
export async function openPage(
  browser: Browser,
  origin: string,
  { width, height, colorScheme }: Looks,
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`))
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`foreign request: ${request.url()}`)
  })
  await context.exposeFunction('reportViolation', (text: string) => complaints.push(`policy: ${text}`))
  await context.addInitScript(`
    addEventListener('securitypolicyviolation', (e) => reportViolation(e.violatedDirective + ' ' + e.blockedURI))`)
  return { page, complaints }
}
