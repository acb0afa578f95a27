import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

/** WCAG 2.2 AA, and the habits that axe-core itself recommends. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const OPTIONS = { runOnly: { type: 'tag', values: TAGS }, resultTypes: ['violations'], preload: false }

let source: string | undefined

/** Everything that axe-core finds wrong on the page as it stands now: rule, element and what to do; empty is good. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  source ??= readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  // Evaluated by the debugger, which the policy of the page does not bind.
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(`${source};0`)
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(OPTIONS)})`)
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${oneLine(failureSummary)}`),
  )
}

function oneLine(text = ''): string {
  return text.replace(/^Fix [^\n]*\n\s*/, '').replace(/\s*\n\s*/g, '; ')
}
