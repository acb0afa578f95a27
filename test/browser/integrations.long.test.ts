import { readFileSync } from 'node:fs'
import { type Browser, type Page, chromium as playwright } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium, NO_CHROMIUM } from '../setup/chromium.js'
import { longIt } from '../support/long-it.js'
import { accessibilityFaults } from './support/axe.js'
import { openPage } from './support/chromium.js'
import { MirrorWorld, REPLICA, TOKEN } from './support/mirrors.js'
import { dialog, MirrorsOnPage, PATIENCE_MS, until } from './support/mirrors-page.js'
import { LOOKS, portray } from './support/screenshots.js'

const chromium = findChromium()
if (chromium === undefined) process.stderr.write(`skipped, the page in a browser: ${NO_CHROMIUM}\n`)

let world: MirrorWorld
let browser: Browser
let page: Page
/** What is pressed and read there. */
let tab: MirrorsOnPage
let complaints: string[]
/** Everything that the page was told of mirrors. */
const answers: Promise<string>[] = []

beforeAll(async () => {
  if (chromium === undefined) return
  world = await MirrorWorld.open()
  browser = await playwright.launch({ executablePath: chromium, args: ['--no-sandbox'] })
  ;({ page, complaints } = await openPage(browser, world.url, LOOKS.light))
  tab = new MirrorsOnPage(page)
  page.on('response', (response) => {
    if (response.url().includes('/api/mirrors')) answers.push(response.text().catch(() => ''))
  })
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await world?.close()
})

async function addReplica(): Promise<void> {
  const add = dialog('add')
  await tab.press('[data-panel=repo-mirrors]', 'add')
  await tab.press(add, 'next')
  await tab.fill(add, /Repository/, REPLICA)
  await tab.fill(add, /Name/, 'backup')
  await tab.fill(add, /API/, world.stand.url)
  await tab.press(add, 'next')
  await page.getByRole('radio', { name: /^Token/ }).check()
  await tab.fill(add, 'Token', world.tokens.weak)
  await tab.press(add, 'next')
  await tab.press(add, 'test')
  await until(() => page.locator('[data-permission=Secrets]').getAttribute('data-granted')).toBe('false')
  expect(await page.locator(`${add} [data-do=next]`).isDisabled()).toBe(true)
  expect(readFileSync(world.envFile, 'utf8')).not.toContain('MIRROR_1')
  await page.locator(add).getByRole('button', { name: 'Back' }).click()
  await tab.fill(add, 'Token', world.tokens.whole)
  await tab.press(add, 'next')
  await tab.press(add, 'test')
  await until(() => page.locator('[data-permission=Secrets]').getAttribute('data-granted')).toBe('true')
  expect(await accessibilityFaults(page)).toEqual([])
  await tab.press(add, 'next')
  expect(await page.locator('[data-review]').textContent()).toContain(REPLICA)
  await tab.press(add, 'save')
  await page.waitForSelector(dialog('saved'), { timeout: PATIENCE_MS })
}

/** The replica answers slowly, so that somebody can look in the middle: once the first layer is done, while the second is not. */
async function firstSyncWithReload(): Promise<void> {
  const slow = world.stand.faults.add({ match: { path: /secrets|variables/ }, delayMs: 1_500, times: 1_000 })
  await tab.press(dialog('saved'), 'first-sync')
  await until(() => page.locator('[data-progress=backup] progress').getAttribute('max')).toBe('4')
  await until(() => page.locator('[data-progress=backup] progress').getAttribute('value')).not.toBe('0')
  expect(await tab.card('backup').locator('[data-do=sync]').isDisabled()).toBe(true)
  await tab.picture('syncing')
  const progress = page.locator('[data-progress=backup] progress')
  const before = Number(await progress.getAttribute('value'))
  await page.reload()
  await progress.waitFor()
  expect(Number(await progress.getAttribute('value'))).toBeGreaterThanOrEqual(before)
  expect(await progress.getAttribute('max')).toBe('4')
  expect(await tab.button('[data-mirror=backup]', 'sync').isDisabled()).toBe(true)
  slow.remove()
  await tab.inStep('backup')
  expect(await tab.layer('backup', 'code').textContent()).toContain(world.replica ? 'commit' : '')
  expect(world.git(world.replica.path, 'rev-parse', 'main')).toBe(world.git(world.source, 'rev-parse', 'main'))
  expect(await tab.layer('backup', 'secrets').textContent()).toContain('1/1')
  await until(() => tab.layer('backup', 'workflows').textContent()).toContain('4/4 as expected')
}

async function addArchive(): Promise<void> {
  const add = dialog('add')
  await tab.press('[data-panel=repo-mirrors]', 'add')
  await page.getByRole('radio', { name: /^Archive/ }).check()
  await tab.press(add, 'next')
  await tab.fill(add, /Address/, world.archive)
  await tab.fill(add, /Name/, 'archive')
  await tab.press(add, 'next')
  await tab.press(add, 'next')
  await tab.press(add, 'test')
  await until(() => page.locator(`${add} [data-do=next]`).isEnabled()).toBe(true)
  await tab.press(add, 'next')
  await tab.press(add, 'save')
  await tab.press(dialog('saved'), 'first-sync')
  await tab.inStep('archive')
  expect(world.git(world.archive, 'rev-parse', 'main')).toBe(world.git(world.source, 'rev-parse', 'main'))
}

async function syncAll(): Promise<void> {
  const tip = world.commit('An edit')
  await tab.press('[data-panel=repo-mirrors]', 'sync-all')
  for (const folder of [world.replica.path, world.archive])
    await until(() => world.git(folder, 'rev-parse', 'main')).toBe(tip)
  for (const id of ['backup', 'archive']) await tab.inStep(id)
}

async function divergence(): Promise<void> {
  const before = world.diverge(world.archive)
  world.commit('An edit beside it')
  await tab.press('[data-mirror=archive]', 'sync')
  await until(() => tab.status('archive', 'code')).toBe('diverged')
  expect(await tab.card('archive').locator('[data-problem=REF_DIVERGED]').textContent()).toContain('work of its own')
  await tab.press('[data-mirror=archive]', 'details')
  await until(() => page.locator('[data-table=refs]').textContent()).toMatch(/diverged.*1 ahead, 1 behind.*by operator/)
  expect(await page.locator('[data-table=history]').textContent()).toContain('REF_DIVERGED')
  expect(await accessibilityFaults(page)).toEqual([])
  await page.keyboard.press('Escape')
  await until(() => page.locator(dialog('details')).count()).toBe(0)
  world.git(world.archive, 'update-ref', 'refs/heads/main', before)
  await tab.press('[data-mirror=archive]', 'sync')
  await tab.inStep('archive')
}

async function details(): Promise<void> {
  await tab.press('[data-mirror=backup]', 'details')
  const drawer = page.locator(dialog('details'))
  await until(() => drawer.locator('[data-table=workflows]').textContent()).toMatch(/cron\.yml\s*disabled/)
  await tab.press(dialog('details'), 'test')
  await until(() => drawer.locator('[data-permission]').count()).toBe(7)
  await tab.press(dialog('details'), 'close')
}

async function hold(): Promise<void> {
  const panel = page.locator('[data-panel=mirror-failover]')
  for (const [value, words] of [
    ['24', /held: ends in 2[34] h/],
    ['0', /promotes by itself/],
  ] as const) {
    await tab.press('[data-panel=mirror-failover]', 'hold')
    await page.locator('#hold-hours').selectOption(value)
    await tab.fill(dialog('hold'), 'Reason', 'maintenance')
    await page.keyboard.press('Enter')
    await until(() => panel.textContent()).toMatch(words)
  }
}

async function rehearse(kind: 'promote' | 'demote'): Promise<void> {
  const within = dialog(kind)
  await tab.press('[data-mirror=backup]', kind)
  await tab.fill(within, 'Reason', 'a drill')
  await page
    .locator(within)
    .getByLabel(/has been stopped/)
    .check()
  expect(await page.locator(`${within} [data-do=start]`).isDisabled()).toBe(true)
  await tab.press(within, 'dry-run')
  await page.waitForSelector('[data-report=met]', { timeout: PATIENCE_MS })
  await tab.fill(within, /^Type /, 'second/continuit')
  expect(await page.locator(`${within} [data-do=start]`).isDisabled()).toBe(true)
  expect(await accessibilityFaults(page)).toEqual([])
}

async function changeRole(kind: 'promote' | 'demote'): Promise<void> {
  await rehearse(kind)
  await tab.fill(dialog(kind), /^Type /, REPLICA)
  await tab.press(dialog(kind), 'start')
  await page.waitForSelector(`[data-job=${kind}][data-end=done]`, { timeout: 2 * PATIENCE_MS })
}

async function roles(): Promise<void> {
  await changeRole('promote')
  expect(world.replica.variables.get('MIRROR_ROLE')).toBe('TEMPORARY_MASTER')
  await until(() => page.locator('[data-target=backup]').textContent()).toContain('Temporary primary')
  await until(() => page.locator('[data-notice=fenced]').count()).toBe(1)
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await until(() => page.locator('[data-mirror=backup] [data-do=demote]').isEnabled()).toBe(true)
  await changeRole('demote')
  expect(world.replica.variables.get('MIRROR_ROLE')).toBe('SLAVE')
  await until(() => page.locator('[data-epoch]').getAttribute('data-epoch')).toBe('3')
  await until(() => page.locator('[data-self=MASTER]').textContent()).toContain('acts: holds epoch 3')
  await page.getByRole('button', { name: 'Dismiss' }).click()
}

async function remove(): Promise<void> {
  await page.locator('[data-remove=archive]').click()
  await tab.fill(dialog('remove'), 'Reason', 'moved elsewhere')
  await tab.press(dialog('remove'), 'list')
  await until(() => page.locator('[data-would-go]').textContent()).toContain('MIRROR_2_URL')
  await tab.fill(dialog('remove'), /^Type /, 'archive')
  await tab.press(dialog('remove'), 'remove')
  await until(() => tab.card('archive').count()).toBe(0)
  expect(readFileSync(world.envFile, 'utf8')).not.toContain('MIRROR_2_')
}

async function refusedCredential(): Promise<void> {
  world.stand.revokeToken(world.tokens.whole)
  world.commit('An edit that is not mirrored')
  await tab.press('[data-mirror=backup]', 'sync')
  await until(() => tab.card('backup').locator('[data-problem=TARGET_AUTH]').count()).toBeGreaterThan(0)
  expect(await tab.card('backup').locator('.problem-remedy').first().textContent()).toMatch(/\w/)
  // It waits for its next try, and nobody has to.
  await until(() => tab.card('backup').locator('[data-do=sync]').isEnabled()).toBe(true)
  await tab.picture('failed')
}

/** The console goes and comes back: the page says both, without being loaded again. */
async function restart(): Promise<void> {
  const port = Number(new URL(world.url).port)
  await world.stop()
  await page.waitForSelector('.view > .refused', { timeout: PATIENCE_MS })
  expect(await page.locator('.view > .refused').textContent()).toContain('OFFLINE')
  await world.start(port)
  await until(() => page.locator('.view > .refused').count()).toBe(0)
}

async function openDetails(shown: Page): Promise<void> {
  await new MirrorsOnPage(shown).press('[data-mirror=backup]', 'details')
  await shown.waitForSelector('[data-table=history] li')
}

/** Up to the credential, where the form is longest. */
async function openAdd(shown: Page): Promise<void> {
  await new MirrorsOnPage(shown).unlock(TOKEN)
  await new MirrorsOnPage(shown).press('[data-panel=repo-mirrors]', 'add')
  await new MirrorsOnPage(shown).press(dialog('add'), 'next')
  await shown
    .locator(dialog('add'))
    .getByLabel(/Repository/)
    .fill('fourth/continuity')
  await new MirrorsOnPage(shown).press(dialog('add'), 'next')
}

async function openPromote(shown: Page): Promise<void> {
  await new MirrorsOnPage(shown).unlock(TOKEN)
  await new MirrorsOnPage(shown).press('[data-mirror=backup]', 'promote')
  await shown.locator(dialog('promote')).getByLabel('Reason', { exact: true }).fill('a drill')
  await new MirrorsOnPage(shown).press(dialog('promote'), 'dry-run')
  await shown.waitForSelector('[data-report]', { timeout: PATIENCE_MS })
}

describe.skipIf(chromium === undefined)('the tab Integrations', { timeout: 240_000 }, () => {
  it('has no mirror at first, and nothing to press before it is unlocked', async () => {
    await page.goto(`${world.url}/#integrations`)
    await until(() => page.locator('[data-panel=repo-mirrors]').textContent()).toContain('No mirror yet')
    expect(await page.locator('[data-self-role]').textContent()).toContain('Self role: Primary')
    expect(await page.locator('[data-do=add]').isDisabled()).toBe(true)
    await tab.unlock(TOKEN)
  })

  it('adds a replica once every permission was granted, and keeps the progress of its first sync across a reload', async () => {
    await addReplica()
    await firstSyncWithReload()
  })

  it('adds an archive and brings all in step', async () => {
    await addArchive()
    await syncAll()
  })

  it('shows a divergence with both tips, and what a look at a replica found', async () => {
    await divergence()
    await details()
  })

  it('holds the sentinel and ends the hold', hold, 120_000)

  it('shows the conditions of a promotion, and starts none before the name is typed', async () => {
    await rehearse('promote')
    await page.locator(dialog('promote')).getByRole('button', { name: 'Cancel' }).click()
    expect(world.replica.variables.get('MIRROR_ROLE')).toBe('SLAVE')
  })

  longIt('promotes and demotes', roles, 240_000)

  it('looks well in light, dark and at 360 px', async () => {
    const sight = { hash: 'integrations', ready: '[data-mirror=archive]' }
    expect([
      ...(await portray(browser, world.url, { ...sight, name: 'integrations' })),
      ...(await portray(browser, world.url, { ...sight, name: 'integrations-details', prepare: openDetails })),
      ...(await portray(browser, world.url, { ...sight, name: 'integrations-add', prepare: openAdd })),
      ...(await portray(browser, world.url, { ...sight, name: 'integrations-promote', prepare: openPromote })),
    ]).toEqual([])
  })

  it('removes a mirror after it has shown what goes', remove, 120_000)

  it('says what stands in the way of a credential that is refused, and when the console is away', async () => {
    await refusedCredential()
    await restart()
  })

  it('was told no secret and no path, and had nothing to complain of', async () => {
    const all = (await Promise.all(answers)).join('\n')
    for (const secret of [world.tokens.whole, world.tokens.weak, TOKEN, world.root]) expect(all).not.toContain(secret)
    // What is refused, and a console that is away, stand in the log of the browser, too; nothing else may.
    expect(complaints.filter((text) => !/Failed to load resource/.test(text))).toEqual([])
  })
})
