// Every case of the suite: the test command takes some.
import './mirror-roles.test.js'
