import type { StandRepository } from '../state/repository.js'

/** Where things are: `web` is the origin, `api` the base under which the request came in. */
export class Urls {
  constructor(
    readonly web: string,
    readonly api: string,
  ) {}

  user(login: string): string {
    return `${this.api}/users/${login}`
  }

  repository({ fullName }: StandRepository, rest = ''): string {
    return `${this.api}/repos/${fullName}${rest}`
  }

  /** The form that outlives a change of name. */
  repositoryById({ id }: StandRepository, rest = ''): string {
    return `${this.api}/repositories/${id}${rest}`
  }

  page({ fullName }: StandRepository, rest = ''): string {
    return `${this.web}/${fullName}${rest}`
  }
}
