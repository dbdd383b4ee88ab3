import { ask, find } from "./studio.js";

// The examination takes its time; it comes into the page, which stays.
const check = find("check-now");
check.addEventListener("click", async (event) => {
  event.preventDefault();
  if (check.getAttribute("aria-disabled")) return;
  check.setAttribute("aria-disabled", "true");
  find("checked").textContent = check.dataset.checking;
  const answer = await ask("settings/check/part", {}, find("checked"));
  if (answer) {
    find("findings").innerHTML = await answer.text(); // made by the studio's own templates, which escape
    find("checked").textContent = "";
    find("checked").textContent = find("findings").querySelector("[data-summary]").textContent;
    find("findings").querySelector("[data-summary]").remove();
  }
  check.removeAttribute("aria-disabled");
});

// What went wrong in a form is where one looks next.
find("wrong")?.scrollIntoView({ block: "center" });
