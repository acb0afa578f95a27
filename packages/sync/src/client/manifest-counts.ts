import type { TableCounts, TableName } from '@montana/store'

/** How a manifest contradicts the tables `names`, which are proven; undefined where it does not. */
export function wrongCounts(
  announced: TableCounts,
  proven: TableCounts,
  names: readonly TableName[],
): string | undefined {
  const wrong = names.filter((name) => announced[name] !== proven[name])
  if (wrong.length === 0) return undefined
  const parts = wrong.map(
    (name) => `${announced[name]} records of the ${name} table, of which there are ${proven[name]}`,
  )
  return `its manifest announces ${parts.join(', and ')}`
}
