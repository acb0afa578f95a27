/** Figures by name; what was not measured is left out. */
export function measuredOnly(
  figures: readonly (readonly [string, number | null | undefined])[],
): Record<string, number> {
  const measured = figures.filter(([, value]) => typeof value === 'number' && Number.isFinite(value))
  return Object.fromEntries(measured) as Record<string, number>
}
