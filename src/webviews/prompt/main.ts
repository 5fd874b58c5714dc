import './promptView.ts';

document.body.append(document.createElement('prompt-view'));
