import { readFileSync } from 'node:fs'
import type { MirrorsPage as ServedPage, TargetDetail } from '@montana/mirror'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { MirrorDetail, MirrorsPage } from '../../packages/console/page/src/integrations/types.js'
import { findChromium, NO_CHROMIUM } from '../setup/chromium.js'
import { accessibilityFaults } from './support/axe.js'
import { launch, openPage } from './support/chromium.js'
import { MirrorWorld, REPLICA, TOKEN } from './support/mirrors.js'
import { LOOKS, portray } from './support/screenshots.js'

/** What the page reads is what the server answers: a field that is renamed fails here, when this is compiled. */
const _page: (served: ServedPage) => MirrorsPage = (served) => served
const _detail: (served: TargetDetail) => MirrorDetail = (served) => served

const PATIENCE_MS = 60_000
const chromium = findChromium()
if (chromium === undefined) process.stderr.write(`skipped, the page in a browser: ${NO_CHROMIUM}\n`)

let world: MirrorWorld
beforeAll(async () => {
  world = await MirrorWorld.open()
}, 60_000)
afterAll(() => world?.close())

const until = (check: () => unknown) => expect.poll(check, { timeout: PATIENCE_MS, interval: 100 })
const card = (page: Page, id: string) => page.locator(`[data-mirror=${id}]`)
const layer = (page: Page, id: string, name: string) => card(page, id).locator(`[data-layer=${name}]`)
const status = (page: Page, id: string, name: string) => layer(page, id, name).getAttribute('data-status')
const press = (page: Page, within: string, what: string) => page.locator(`${within} [data-do=${what}]`).first().click()
const dialog = (name: string) => `[data-dialog=${name}]`
const fill = (page: Page, within: string, label: string | RegExp, text: string) =>
  page
    .locator(within)
    .getByLabel(label, { exact: typeof label === 'string' })
    .fill(text)

async function inStep(page: Page, id: string): Promise<void> {
  await until(() => card(page, id).getAttribute('data-busy')).toBe('false')
  for (const name of ['code', 'secrets', 'variables', 'workflows'])
    await until(() => status(page, id, name)).toMatch(/^(?:ok|off)$/)
}

async function unlock(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Unlock' }).click()
  await fill(page, dialog('unlock'), 'Token', TOKEN)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Lock', exact: true }).waitFor()
}

async function addReplica(page: Page): Promise<void> {
  const add = dialog('add')
  await press(page, '[data-panel=repo-mirrors]', 'add')
  await press(page, add, 'next')
  await fill(page, add, /Repository/, REPLICA)
  await fill(page, add, /Name/, 'backup')
  await fill(page, add, /API/, world.stand.url)
  await press(page, add, 'next')
  await page.getByRole('radio', { name: /^Token/ }).check()
  await fill(page, add, 'Token', world.tokens.weak)
  await press(page, add, 'next')
  await press(page, add, 'test')
  await until(() => page.locator('[data-permission=Secrets]').getAttribute('data-granted')).toBe('false')
  expect(await page.locator(`${add} [data-do=next]`).isDisabled()).toBe(true)
  expect(readFileSync(world.envFile, 'utf8')).not.toContain('MIRROR_1')
  await page.locator(add).getByRole('button', { name: 'Back' }).click()
  await fill(page, add, 'Token', world.tokens.whole)
  await press(page, add, 'next')
  await press(page, add, 'test')
  await until(() => page.locator('[data-permission=Secrets]').getAttribute('data-granted')).toBe('true')
  expect(await accessibilityFaults(page)).toEqual([])
  await press(page, add, 'next')
  expect(await page.locator('[data-review]').textContent()).toContain(REPLICA)
  await press(page, add, 'save')
  await page.waitForSelector(dialog('saved'), { timeout: PATIENCE_MS })
}

/** The replica answers slowly, so that somebody can look in the middle. */
async function firstSyncWithReload(page: Page): Promise<void> {
  const slow = world.stand.faults.add({ match: { path: /secrets/ }, delayMs: 2_500, times: 4 })
  await press(page, dialog('saved'), 'first-sync')
  await until(() => page.locator('[data-progress=backup] progress').getAttribute('max')).toBe('4')
  await until(() => page.locator('[data-progress=backup] progress').getAttribute('value')).not.toBe('0')
  expect(await card(page, 'backup').locator('[data-do=sync]').isDisabled()).toBe(true)
  await page.reload()
  await until(() => page.locator('[data-progress=backup] progress').getAttribute('value')).toMatch(/^[1-3]$/)
  expect(await page.locator('[data-progress=backup] progress').getAttribute('max')).toBe('4')
  slow.remove()
  await inStep(page, 'backup')
  expect(await layer(page, 'backup', 'code').textContent()).toContain(world.replica ? 'commit' : '')
  expect(world.git(world.replica.path, 'rev-parse', 'main')).toBe(world.git(world.source, 'rev-parse', 'main'))
  expect(await layer(page, 'backup', 'secrets').textContent()).toContain('1/1')
  await until(() => layer(page, 'backup', 'workflows').textContent()).toContain('4/4 as expected')
}

async function addArchive(page: Page): Promise<void> {
  const add = dialog('add')
  await press(page, '[data-panel=repo-mirrors]', 'add')
  await page.getByRole('radio', { name: /^Archive/ }).check()
  await press(page, add, 'next')
  await fill(page, add, /Address/, world.archive)
  await fill(page, add, /Name/, 'archive')
  await press(page, add, 'next')
  await press(page, add, 'next')
  await press(page, add, 'test')
  await until(() => page.locator(`${add} [data-do=next]`).isEnabled()).toBe(true)
  await press(page, add, 'next')
  await press(page, add, 'save')
  await press(page, dialog('saved'), 'first-sync')
  await inStep(page, 'archive')
  expect(world.git(world.archive, 'rev-parse', 'main')).toBe(world.git(world.source, 'rev-parse', 'main'))
}

async function syncAll(page: Page): Promise<void> {
  const tip = world.commit('An edit')
  await press(page, '[data-panel=repo-mirrors]', 'sync-all')
  for (const folder of [world.replica.path, world.archive])
    await until(() => world.git(folder, 'rev-parse', 'main')).toBe(tip)
  for (const id of ['backup', 'archive']) await inStep(page, id)
}

async function divergence(page: Page): Promise<void> {
  const before = world.diverge(world.archive)
  world.commit('An edit beside it')
  await press(page, '[data-mirror=archive]', 'sync')
  await until(() => status(page, 'archive', 'code')).toBe('diverged')
  expect(await card(page, 'archive').locator('[data-problem=REF_DIVERGED]').textContent()).toContain('work of its own')
  await press(page, '[data-mirror=archive]', 'details')
  await until(() => page.locator('[data-table=refs]').textContent()).toMatch(/diverged.*1 ahead, 1 behind.*by operator/)
  expect(await page.locator('[data-table=history]').textContent()).toContain('REF_DIVERGED')
  expect(await accessibilityFaults(page)).toEqual([])
  await page.keyboard.press('Escape')
  await until(() => page.locator(dialog('details')).count()).toBe(0)
  world.git(world.archive, 'update-ref', 'refs/heads/main', before)
  await press(page, '[data-mirror=archive]', 'sync')
  await inStep(page, 'archive')
}

async function details(page: Page): Promise<void> {
  await press(page, '[data-mirror=backup]', 'details')
  const drawer = page.locator(dialog('details'))
  await until(() => drawer.locator('[data-table=workflows]').textContent()).toMatch(/cron\.yml\s*disabled/)
  await press(page, dialog('details'), 'test')
  await until(() => drawer.locator('[data-permission]').count()).toBe(7)
  await press(page, dialog('details'), 'close')
}

async function hold(page: Page): Promise<void> {
  const panel = page.locator('[data-panel=mirror-failover]')
  for (const [value, words] of [
    ['24', /held: ends in 2[34] h/],
    ['0', /promotes by itself/],
  ] as const) {
    await press(page, '[data-panel=mirror-failover]', 'hold')
    await page.locator('#hold-hours').selectOption(value)
    await fill(page, dialog('hold'), 'Reason', 'maintenance')
    await page.keyboard.press('Enter')
    await until(() => panel.textContent()).toMatch(words)
  }
}

async function changeRole(page: Page, kind: 'promote' | 'demote'): Promise<void> {
  const within = dialog(kind)
  await press(page, '[data-mirror=backup]', kind)
  await fill(page, within, 'Reason', 'a drill')
  await page
    .locator(within)
    .getByLabel(/has been stopped/)
    .check()
  expect(await page.locator(`${within} [data-do=start]`).isDisabled()).toBe(true)
  await press(page, within, 'dry-run')
  await page.waitForSelector('[data-report=met]', { timeout: PATIENCE_MS })
  await fill(page, within, /^Type /, 'second/continuit')
  expect(await page.locator(`${within} [data-do=start]`).isDisabled()).toBe(true)
  await fill(page, within, /^Type /, REPLICA)
  expect(await accessibilityFaults(page)).toEqual([])
  await press(page, within, 'start')
  await page.waitForSelector(`[data-job=${kind}][data-end=done]`, { timeout: PATIENCE_MS })
}

async function roles(page: Page): Promise<void> {
  await changeRole(page, 'promote')
  expect(world.replica.variables.get('MIRROR_ROLE')).toBe('TEMPORARY_MASTER')
  await until(() => page.locator('[data-target=backup]').textContent()).toContain('Temporary primary')
  await until(() => page.locator('[data-notice=fenced]').count()).toBe(1)
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await changeRole(page, 'demote')
  expect(world.replica.variables.get('MIRROR_ROLE')).toBe('SLAVE')
  await until(() => page.locator('[data-epoch]').getAttribute('data-epoch')).toBe('3')
  await until(() => page.locator('[data-self=MASTER]').textContent()).toContain('acts: holds epoch 3')
  await page.getByRole('button', { name: 'Dismiss' }).click()
}

async function remove(page: Page): Promise<void> {
  await page.locator('[data-remove=archive]').click()
  await fill(page, dialog('remove'), 'Reason', 'moved elsewhere')
  await press(page, dialog('remove'), 'list')
  await until(() => page.locator('[data-would-go]').textContent()).toContain('MIRROR_2_URL')
  await fill(page, dialog('remove'), /^Type /, 'archive')
  await press(page, dialog('remove'), 'remove')
  await until(() => card(page, 'archive').count()).toBe(0)
  expect(readFileSync(world.envFile, 'utf8')).not.toContain('MIRROR_2_')
}

async function refusedCredential(page: Page): Promise<void> {
  world.stand.revokeToken(world.tokens.whole)
  world.commit('An edit that is not mirrored')
  await press(page, '[data-mirror=backup]', 'sync')
  await until(() => card(page, 'backup').locator('[data-problem=TARGET_AUTH]').count()).toBeGreaterThan(0)
  expect(await card(page, 'backup').locator('.problem-remedy').first().textContent()).toMatch(/\w/)
}

it.skipIf(chromium === undefined)(
  'adds mirrors, syncs them, changes roles and removes one, and shows every state of it',
  async () => {
    const browser = await launch(chromium ?? '')
    const { page, complaints } = await openPage(browser, world.url, LOOKS.light)
    const answers: Promise<string>[] = []
    page.on('response', (response) => {
      if (response.url().includes('/api/mirrors')) answers.push(response.text().catch(() => ''))
    })
    await page.goto(`${world.url}/#integrations`)
    await until(() => page.locator('[data-panel=repo-mirrors]').textContent()).toContain('No mirror yet')
    expect(await page.locator('[data-self-role]').textContent()).toContain('Self role: Primary')
    expect(await page.locator('[data-do=add]').isDisabled()).toBe(true)
    await unlock(page)
    await addReplica(page)
    await firstSyncWithReload(page)
    await addArchive(page)
    await syncAll(page)
    await divergence(page)
    await details(page)
    await hold(page)
    expect(await portraits(browser)).toEqual([])
    await roles(page)
    await remove(page)
    await refusedCredential(page)
    await restart(page)
    for (const secret of [world.tokens.whole, world.tokens.weak, TOKEN, world.root])
      expect((await Promise.all(answers)).join('\n')).not.toContain(secret)
    // A page whose console is away says so on its console, too; nothing else may.
    expect(complaints.filter((text) => !/Failed to load resource/.test(text))).toEqual([])
  },
  300_000,
)

async function portraits(browser: Parameters<typeof portray>[0]): Promise<string[]> {
  const ready = '[data-mirror=archive]'
  const sight = { hash: 'integrations', ready }
  return [
    ...(await portray(browser, world.url, { ...sight, name: 'integrations' })),
    ...(await portray(browser, world.url, { ...sight, name: 'integrations-details', prepare: openDetails })),
  ]
}

async function openDetails(page: Page): Promise<void> {
  await press(page, '[data-mirror=backup]', 'details')
  await page.waitForSelector('[data-table=history] li')
}

/** The console goes and comes back: the page says both, without being loaded again. */
async function restart(page: Page): Promise<void> {
  const port = Number(new URL(world.url).port)
  await world.stop()
  await page.waitForSelector('.refused', { timeout: PATIENCE_MS })
  expect(await page.locator('.refused').first().textContent()).toContain('OFFLINE')
  await world.start(port)
  await until(() => page.locator('.view > .refused').count()).toBe(0)
}
