/** Takes the place of axios in the door's bundle: the part of the platform's SDK that would call it is never used there. */
export default undefined;
