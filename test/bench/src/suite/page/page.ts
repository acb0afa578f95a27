import type { Bench } from '../../bench.js'
import type { Results } from '../results.js'
import { escapeHtml } from './html.js'

/** One file without script or outside request. */
export function renderPage(results: Results, _benches: readonly Bench[]): string {
  return `<!doctype html><title>${escapeHtml(results.startedAt)}</title>`
}
