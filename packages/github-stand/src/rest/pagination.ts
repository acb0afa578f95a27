import { PER_PAGE_DEFAULT, PER_PAGE_MAX } from '../constants.js'
import type { ApiAnswer, ApiCall } from './route.js'

export interface PageSize {
  readonly standard: number
  readonly max: number
}

export const USUAL_PAGE: PageSize = { standard: PER_PAGE_DEFAULT, max: PER_PAGE_MAX }

/** One page of `items` under `key`, with `total_count` and a `Link` header. */
export function paged<T>(
  call: ApiCall,
  key: string,
  items: readonly T[],
  view: (item: T) => unknown,
  size = USUAL_PAGE,
): ApiAnswer {
  const perPage = Math.min(numberIn(call.query.per_page, size.standard), size.max)
  const page = numberIn(call.query.page, 1)
  const shown = items.slice((page - 1) * perPage, page * perPage)
  const link = links(call.href, page, Math.max(1, Math.ceil(items.length / perPage)))
  const body = { total_count: items.length, [key]: shown.map(view) }
  return { status: 200, body, ...(link !== '' && { headers: { link } }) }
}

/** What is no positive whole number counts as not given, as on GitHub. */
function numberIn(text: string | undefined, standard: number): number {
  const value = Number(text)
  return Number.isInteger(value) && value > 0 ? value : standard
}

function links(href: string, page: number, last: number): string {
  const wanted: [string, number, boolean][] = [
    ['prev', page - 1, page > 1],
    ['next', page + 1, page < last],
    ['last', last, page < last],
    ['first', 1, page > 1],
  ]
  return wanted
    .filter(([, , isThere]) => isThere)
    .map(([name, number]) => `<${withPage(href, number)}>; rel="${name}"`)
    .join(', ')
}

function withPage(href: string, page: number): string {
  const url = new URL(href)
  url.searchParams.set('page', String(page))
  return url.href
}
