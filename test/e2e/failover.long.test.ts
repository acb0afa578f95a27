// Every case of the suite: the test command takes some.
import './failover.test.js'
