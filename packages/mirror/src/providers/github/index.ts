export type { Clock } from './clock.js'
export {
  createGithubProvider,
  type GitAccessBuilder,
  type GithubModules,
  type GithubProvider,
  type Pace,
} from './provider.js'
