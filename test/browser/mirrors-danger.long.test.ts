import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type Page, chromium as playwright } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium, NO_CHROMIUM } from '../setup/chromium.js'
import { accessibilityFaults } from './support/axe.js'
import { openPage } from './support/chromium.js'
import { MirrorWorld, PERMISSIONS, REPLICA, TOKEN } from './support/mirrors.js'
import { dialog, MirrorsOnPage, PATIENCE_MS, until } from './support/mirrors-page.js'
import { LOOKS } from './support/screenshots.js'

const OTHER_TOKEN = 'console-token-of-the-next-start-0123456789'
/** On the replica before anything was mirrored there. */
const OLD_URL = 'https://mail.before.example'
const HISTORY_PAGE = 25

const chromium = findChromium()
if (chromium === undefined)
  process.stderr.write(`skipped, what is dangerous about mirrors in a browser: ${NO_CHROMIUM}\n`)

let world: MirrorWorld
let browser: Browser
let page: Page
let tab: MirrorsOnPage
let complaints: string[]
let app: { readonly id: number; readonly privateKey: string }

beforeAll(async () => {
  if (chromium === undefined) return
  world = await MirrorWorld.open({ isArchived: true })
  world.replica.setVariable('MAIL_URL', OLD_URL)
  app = makeApp()
  browser = await playwright.launch({ executablePath: chromium, args: ['--no-sandbox'] })
  ;({ page, complaints } = await openPage(browser, world.url, LOOKS.light))
  tab = new MirrorsOnPage(page)
  await page.goto(`${world.url}/#integrations`)
  await tab.unlock(TOKEN)
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await world?.close()
})

/** A GitHub App, installed on the account of the replica. */
function makeApp() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  const id = world.stand.createApp({ slug: 'montana-mirror', publicKey, permissions: PERMISSIONS })
  world.stand.installApp({ appId: id, account: 'second' })
  return { id, privateKey }
}

const stored = () => {
  const folder = join(world.root, 'data', 'credentials')
  return existsSync(folder) ? readdirSync(folder) : []
}

async function tested(): Promise<void> {
  await tab.press(dialog('add'), 'test')
  await until(() => tab.button(dialog('add'), 'next').isEnabled()).toBe(true)
  await tab.press(dialog('add'), 'next')
}

async function back(steps: number): Promise<void> {
  for (let step = 0; step < steps; step++)
    await page.locator(dialog('add')).getByRole('button', { name: 'Back' }).click()
}

const check = (label: string) => page.locator(dialog('add')).getByLabel(label, { exact: true })
const review = () => page.locator('[data-review]').textContent()

/** What is changed after a test is tested again; what was chosen is what is written. */
async function addByApp(): Promise<void> {
  const add = dialog('add')
  await tab.press('[data-panel=repo-mirrors]', 'add')
  await tab.press(add, 'next')
  await tab.fill(add, /Repository/, REPLICA)
  await tab.fill(add, /API/, world.stand.url)
  for (const label of ['Copy variables', 'May be promoted']) await check(label).uncheck()
  await tab.press(add, 'next')
  await tab.fill(add, 'App number', `${app.id}`)
  expect(await tab.button(add, 'next').isDisabled()).toBe(true)
  await tab.fill(add, 'Private key (PEM)', app.privateKey)
  await tab.press(add, 'next')
  await tested()
  expect(await review()).toMatch(/GitHub App.*code, secrets, workflows.*May be promotedno/)
  await back(3)
  for (const label of ['Copy variables', 'May be promoted']) await check(label).check()
  for (const _ of ['credential', 'test']) await tab.press(add, 'next')
  expect(await tab.button(add, 'next').isDisabled()).toBe(true)
  await tested()
  expect(await review()).toMatch(/mirror-N.*GitHub App.*code, secrets, variables, workflows.*May be promotedyes/)
  await tab.press(add, 'save')
  await page.locator(dialog('saved')).getByRole('button', { name: 'Close' }).click()
  expect(readFileSync(world.envFile, 'utf8')).toContain(`MIRROR_1_APP_ID=${app.id}`)
  expect(stored()).not.toEqual([])
}

async function forceSync(): Promise<void> {
  await tab.sync('mirror-1')
  expect(world.git(world.replica.path, 'rev-parse', 'main')).toBe(world.git(world.source, 'rev-parse', 'main'))
  expect(world.replica.variables.get('MAIL_URL')).not.toBe(OLD_URL)
  // Its tokens live an hour and are renewed: no credential that ends.
  await until(() => tab.card('mirror-1').locator('.mirror-head').textContent()).toMatch(/in step/)
  expect(await tab.card('mirror-1').locator('a').getAttribute('href')).toBe(`${world.stand.url}/${REPLICA}`)
}

/** With force, even a dry run is not begun before the name is typed. */
async function force(): Promise<void> {
  const within = dialog('promote')
  await tab.press('[data-role-row=mirror-1]', 'promote')
  await tab.fill(within, 'Reason', 'a drill')
  await page
    .locator(within)
    .getByLabel(/^Force/)
    .check()
  expect(await tab.button(within, 'dry-run').isDisabled()).toBe(true)
  await tab.fill(within, /^Type /, REPLICA)
  await tab.press(within, 'dry-run')
  await until(() => page.locator(`${within} [data-report]`).textContent()).toMatch(
    /^●It can start.*This would be a forced promotion.*Nothing was changed/,
  )
  await page.locator(within).getByRole('button', { name: 'Cancel' }).click()
  expect(world.replica.variables.get('MIRROR_ROLE')).toBe('SLAVE')
}

/** By the API of the account, as its owner can at any time. */
async function setRole(role: string): Promise<void> {
  const response = await fetch(`${world.stand.url}/repos/${REPLICA}/actions/variables/MIRROR_ROLE`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${world.tokens.whole}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'MIRROR_ROLE', value: role }),
  })
  expect(response.status).toBe(204)
  // After a try, targets are looked at again.
  await tab.press('[data-mirror=archive]', 'sync')
}

async function twoWriters(): Promise<void> {
  const alarm = page.locator('[data-panel=topology] [role=alert]')
  await until(() => page.locator('[data-self=MASTER]').textContent()).toContain('acts: holds epoch 1')
  expect(await alarm.count()).toBe(0)
  await setRole('TEMPORARY_MASTER')
  await alarm.waitFor({ timeout: PATIENCE_MS })
  expect(await alarm.textContent()).toMatch(/Two writers.*first\/continuity.*second\/continuity.*Stop one of them/)
  expect(await accessibilityFaults(page)).toEqual([])
  await tab.picture('two-writers')
  await page.setViewportSize(LOOKS[360])
  await tab.picture('two-writers-360')
  await page.setViewportSize(LOOKS.light)
  await setRole('SLAVE')
  await until(() => alarm.count()).toBe(0)
}

/** Tries with the replica until now, as the console counts them. */
async function tries(): Promise<number> {
  const response = await fetch(`${world.url}/api/mirrors/mirror-1/history?limit=100`)
  return ((await response.json()) as { attempts: readonly unknown[] }).attempts.length
}

async function history(): Promise<void> {
  for (let before = await tries(); before <= HISTORY_PAGE; before = await tries()) {
    await tab.sync('mirror-1')
    await until(tries).toBeGreaterThan(before)
  }
  await tab.press('[data-mirror=mirror-1]', 'details')
  const rows = page.locator('[data-table=history] > li')
  await until(() => rows.count()).toBe(HISTORY_PAGE)
  await tab.press(dialog('details'), 'more')
  await until(() => rows.count()).toBe(await tries())
  expect(await tab.button(dialog('details'), 'more').count()).toBe(0)
  await tab.press(dialog('details'), 'close')
}

/** The console ends and starts with another token, under an open page. */
async function otherToken(): Promise<void> {
  await page.evaluate('globalThis.isSamePage = true')
  const port = Number(new URL(world.url).port)
  await world.stop()
  await page.waitForSelector('.view > .refused', { timeout: PATIENCE_MS })
  await world.start(port, OTHER_TOKEN)
  await until(() => page.locator('.view > .refused').count()).toBe(0)
  await page.waitForSelector('[data-link=live]', { timeout: PATIENCE_MS })
  const tip = world.commit('An edit after the restart')
  const before = world.git(world.replica.path, 'rev-parse', 'main')
  await refused()
  await unlockWithOld()
  expect(world.git(world.replica.path, 'rev-parse', 'main')).toBe(before)
  await tab.unlock(OTHER_TOKEN)
  await tab.sync('mirror-1')
  expect(world.git(world.replica.path, 'rev-parse', 'main')).toBe(tip)
  expect(await tab.card('mirror-1').locator('.refused').count()).toBe(0)
  expect(await page.evaluate('globalThis.isSamePage')).toBe(true)
}

/** Says that the token is no longer right, and asks for the right one. */
async function refused(): Promise<void> {
  await tab.press('[data-mirror=mirror-1]', 'sync')
  const words = tab.card('mirror-1').getByRole('alert')
  await until(() => words.textContent()).toMatch(/^TOKEN the token is missing or wrong.*unlock/)
  await page.getByRole('button', { name: 'Unlock' }).waitFor()
  expect(await tab.button('[data-mirror=mirror-1]', 'sync').isDisabled()).toBe(true)
  expect(await page.evaluate('sessionStorage.getItem("montana-console-token")')).toBeNull()
}

/** The dialog stays, with what was typed, until the token is right. */
async function unlockWithOld(): Promise<void> {
  await page.getByRole('button', { name: 'Unlock' }).click()
  await tab.fill(dialog('unlock'), 'Token', TOKEN)
  await page.keyboard.press('Enter')
  await until(() => page.locator(dialog('unlock')).getByRole('alert').textContent()).toMatch(/^TOKEN/)
  expect(await page.locator(dialog('unlock')).getByLabel('Token', { exact: true }).inputValue()).toBe(TOKEN)
  await page.keyboard.press('Escape')
  expect(await page.getByRole('button', { name: 'Lock', exact: true }).count()).toBe(0)
}

/** Withdraws what the mirror made there, and leaves what was there before it. */
async function remove(): Promise<void> {
  const within = dialog('remove')
  await page.locator('[data-remove=mirror-1]').click()
  await page.locator(within).getByRole('button', { name: 'Cancel' }).click()
  await page.locator('[data-remove=mirror-1]').click()
  await tab.fill(within, 'Reason', 'the account is closed')
  for (const kind of ['secrets', 'variables'])
    await page
      .locator(within)
      .getByLabel(new RegExp(`^Withdraw ${kind}`))
      .check()
  await tab.press(within, 'list')
  const list = page.locator('[data-would-go]')
  await until(() => list.textContent()).toMatch(/Secrets deleted there\s*MAIL_TOKEN/)
  const words = (await list.textContent()) ?? ''
  for (const key of ['MIRROR_1_REPO', 'MIRROR_1_APP_ID']) expect(words).toContain(key)
  expect(words).toMatch(/Stay, as they were there before.*MAIL_URL/)
  expect(words).not.toContain('PRIVATE')
  expect(await accessibilityFaults(page)).toEqual([])
  await tab.picture('remove')
  await tab.fill(within, /^Type /, 'mirror-1')
  expect(await tab.button(within, 'remove').isDisabled()).toBe(true)
  await tab.fill(within, /^Type /, REPLICA)
  await tab.press(within, 'remove')
  await until(() => tab.card('mirror-1').count()).toBe(0)
  const end = page.locator('[data-job=remove][data-end=done]')
  await until(() => end.textContent()).toContain('Removed')
  await end.getByRole('button', { name: 'Dismiss' }).click()
  await until(() => end.count()).toBe(0)
  expect([...world.replica.secrets.keys()]).not.toContain('MAIL_TOKEN')
  expect([...world.replica.variables.keys()]).toContain('MAIL_URL')
  expect(readFileSync(world.envFile, 'utf8')).not.toContain('MIRROR_1_')
  expect(stored()).toEqual([])
  expect(world.git(world.replica.path, 'rev-parse', 'main')).toBe(world.git(world.source, 'rev-parse', 'main'))
}

describe.skipIf(chromium === undefined)('what is dangerous in the tab Integrations', { timeout: 240_000 }, () => {
  it('adds a replica by a GitHub App, and tests again what was changed after a test', async () => {
    await addByApp()
    await forceSync()
  })

  it('rehearses a forced promotion only once the name is typed', force)

  it('raises the alarm of two writers while another repository acts beside this one', twoWriters)

  it('shows older tries, page by page', history)

  it('goes on after a restart of the console, and says that its token is no longer right', otherToken)

  it('removes a replica with what the mirror made there, and nothing else', remove)

  it('had nothing to complain of', () => {
    // What is refused, and a console that is away, stand in the log of the browser, too; nothing else may.
    expect(complaints.filter((text) => !/Failed to load resource|ERR_CONNECTION|ERR_INCOMPLETE/.test(text))).toEqual([])
  })
})
