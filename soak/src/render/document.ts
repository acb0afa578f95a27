import type { Finding, Series, SeriesName, Severity, Verdict } from '../report/schema.js'

/** A piece of a line. Texts are raw here and are escaped by the writer, whatever they contain. */
export type Inline =
  | { readonly kind: 'text' | 'strong' | 'muted' | 'code'; readonly text: string }
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'severity'; readonly severity: Severity }
  | { readonly kind: 'finding'; readonly key: string }
  /** RFC 3339 in UTC. */
  | { readonly kind: 'time'; readonly time: string }
  | { readonly kind: 'absent'; readonly reason: string }

/** Parts that stand on lines of their own. */
export type Cell = readonly (readonly Inline[])[]

export interface Column {
  readonly title: string
  readonly align: 'left' | 'right'
}

export interface TableBlock {
  readonly kind: 'table'
  readonly caption: string
  /** The first column names the row. */
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Cell[])[]
}

export interface ChartBlock {
  readonly kind: 'chart'
  readonly name: SeriesName
  readonly title: string
  /** How to read it. */
  readonly note: string
  readonly series: Series
}

/** A cause with everything that it explains. */
export interface FindingGroup {
  readonly root: Finding
  readonly explained: readonly Finding[]
}

export type Block =
  | TableBlock
  | ChartBlock
  | { readonly kind: 'paragraph'; readonly parts: readonly Inline[] }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: 'command'; readonly text: string }
  | { readonly kind: 'findings'; readonly groups: readonly FindingGroup[] }

export interface Section {
  readonly number: number
  readonly title: string
  readonly blocks: readonly Block[]
}
