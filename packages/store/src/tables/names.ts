export type TableName = 'account' | 'node' | 'candidate'

export const TABLES: readonly TableName[] = ['account', 'node', 'candidate']

/** What follows the name of a table set: the forms in which one table is kept. */
export const FORMS = ['records', 'leaves', 'stubs', 'past'] as const
/** Before the names of what a joining node has fetched, and of what a switch-over replaced. */
export const STAGED = 'staged_'
export const REPLACED = 'replaced_'

export type TableSql = Readonly<Record<TableName, string>>

/** Fixed statements by table: no name ever comes from a caller's string. */
export function tableSql(make: (table: TableName) => string): TableSql {
  return { account: make('account'), node: make('node'), candidate: make('candidate') }
}
