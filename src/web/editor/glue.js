export function create(){}
