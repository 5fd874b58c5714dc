import './uptimeView.ts';

document.body.append(document.createElement('uptime-view'));
