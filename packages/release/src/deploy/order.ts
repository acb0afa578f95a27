/** The first that holds no service, else the first: who acts comes last. Undefined for none. Pure. */
export function chooseNext<T extends { readonly facts: { readonly acting: boolean } }>(
  asked: readonly T[],
): T | undefined {
  return asked.find(({ facts }) => !facts.acting) ?? asked[0]
}
