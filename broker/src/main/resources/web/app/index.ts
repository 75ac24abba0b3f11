/* The console: a plain client of the operator API. What it can do, curl can do. */
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/states.css';
import './styles/dialogs.css';
import './styles/shell.css';
import './styles/lists.css';
import './styles/pages.css';
import './styles/windows.css';
import './shell/console';
