// Every case of the suite, the cut before each step among them.
import './upgrade.test.js'
