// Every case of the suite: the test command takes some.
import './deploy.test.js'
