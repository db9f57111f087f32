// Asks for e-mail and password, and for the code of the second factor where one is on.

import { onSubmit } from "./forms.js";
import { signIn } from "./session.js";

/**
 * @param section what is shown around the form
 * @param proceed is called once somebody is signed in
 * @returns a function that shows the question
 */
export function signInForm(form, section, proceed) {
  const { email, code } = form.elements;
  const codeField = code.closest(".field");

  onSubmit(form, async (values) => {
    if (codeField.hidden) delete values.code;
    try {
      await signIn(values);
    } catch (problem) {
      if (problem.code === "second_factor_required" && codeField.hidden) return askForCode();
      throw problem;
    }
    form.reset();
    codeField.hidden = true;
    await proceed();
    document.getElementById("q").focus();
  });
  // Somebody else needs no code, or another one.
  email.addEventListener("input", () => {
    codeField.hidden = true;
    code.value = "";
  });

  function askForCode() {
    codeField.hidden = false;
    code.focus();
  }

  return () => {
    section.hidden = false;
    email.focus();
  };
}
