interface LedgerHeadProps {
  /** Names the rows. */
  readonly first: string
  readonly columns: readonly string[]
  /** Of them, those that hold numbers. */
  readonly numbers: ReadonlySet<string>
}

/** Names of the columns of a table of the ledger. */
export function LedgerHead({ first, columns, numbers }: LedgerHeadProps) {
  return (
    <thead>
      <tr>
        <th scope="col">{first}</th>
        {columns.map((name) => (
          <th key={name} scope="col" class={numbers.has(name) ? 'num' : ''}>
            {name}
          </th>
        ))}
      </tr>
    </thead>
  )
}
