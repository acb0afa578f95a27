import { describe, expect, it, type TestContext } from 'vitest'
import { findChromium, NO_CHROMIUM } from '../../../test/setup/chromium.js'
import { renderHtml } from '../../src/index.js'
import { dumpDom, servePages } from '../support/chromium.js'
import { readReport } from '../support/reports.js'

const DEADLINE_MS = 60_000
const WIDTHS = [360, 768, 1440]

function chromiumOr(context: TestContext): string {
  return findChromium() ?? context.skip(NO_CHROMIUM)
}

/** A page that frames another at several widths and writes down how many px its content is too wide. */
function frames(path: string): string {
  const frame = (width: number) =>
    `<iframe src="${path}" style="width:${width}px;height:900px;border:0" ` +
    "onload=\"const e=this.contentDocument.documentElement;out.append(this.clientWidth,':',e.scrollWidth-e.clientWidth,' ')\"></iframe>"
  return `<!doctype html><p id="out"></p>${WIDTHS.map(frame).join('')}`
}

describe('report.html in Chromium', () => {
  it('loads with everything in it and asks for nothing else', { timeout: DEADLINE_MS }, async (context) => {
    const chromium = chromiumOr(context)
    const evil = '<img src="/a"><link rel=stylesheet href="/b"><script src="/c"></script>'
    const report = { ...readReport('report-fail'), closing: `closing ${evil}`, unknown: [evil, `</style>${evil}`] }
    await using pages = await servePages({ '/report.html': renderHtml(report) })
    const dom = await dumpDom(chromium, `${pages.origin}/report.html`)
    expect(pages.asked).toEqual(['/report.html'])
    expect(dom).not.toMatch(/<script|<img/)
    expect(dom.match(/<svg class="chart"/g)).toHaveLength(6)
    expect(dom).toContain('closing &lt;img')
  })

  it('is kept from asking by its policy even if an element came in', { timeout: DEADLINE_MS }, async (context) => {
    const chromium = chromiumOr(context)
    const html = renderHtml(readReport('report-pass'))
    const element = '<img src="/a"><script>document.title="run"</script>'
    const open = html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '')
    await using pages = await servePages({
      '/closed': html.replace('<main>', `<main>${element}`),
      '/open': open.replace('<main>', `<main>${element}`),
    })
    expect(await dumpDom(chromium, `${pages.origin}/closed`)).not.toContain('<title>run</title>')
    expect(pages.asked).toEqual(['/closed'])
    expect(await dumpDom(chromium, `${pages.origin}/open`)).toContain('<title>run</title>')
    expect(pages.asked).toContain('/a')
  })

  it('is never wider than the screen', { timeout: DEADLINE_MS }, async (context) => {
    const chromium = chromiumOr(context)
    await using pages = await servePages({
      '/': frames('/report.html'),
      '/report.html': renderHtml(readReport('report-fail')),
    })
    const out = /<p id="out">([^<]*)/
      .exec(await dumpDom(chromium, `${pages.origin}/`))?.[1]
      ?.trim()
      .split(' ')
    expect(out?.toSorted()).toEqual(WIDTHS.map((width) => `${width}:0`).toSorted())
  })
})
