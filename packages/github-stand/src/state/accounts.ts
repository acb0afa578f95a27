export interface Account {
  readonly id: number
  readonly login: string
  isGone: boolean
}

/** Users by login, case-insensitive; made when first named. */
export class Accounts {
  readonly #accounts = new Map<string, Account>()
  #nextId = 1_001

  get(login: string): Account {
    const key = login.toLowerCase()
    const account = this.#accounts.get(key) ?? { id: this.#nextId++, login, isGone: false }
    this.#accounts.set(key, account)
    return account
  }
}
