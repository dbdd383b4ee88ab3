"""Every rule: what it asks, why, what to write instead, and where it comes from.

The sources are those of the practices that the project follows: trauma-sensitive and invitational teaching,
published scripts and trials, plain-language guides, and measurements with the speech engines.
"""

from dataclasses import dataclass

from mettavox.errors import ScriptError
from mettavox.suggest import nearest


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule. ``severity`` is E (blocks), W (warns) or I (informs), or two of them where there are two limits."""

    id: str
    severity: str
    title: str
    why: str
    instead: str
    source: str


def rule(name: str) -> Rule:
    """The rule with that id. Raises ScriptError with the nearest one."""
    found = RULES.get(name.upper())
    if found is None:
        raise ScriptError(f"There is no rule “{name[:40]}”.", hint=nearest(name.upper(), RULES, "Rules"))
    return found


def _table(*rules: Rule) -> dict[str, Rule]:
    return {each.id: each for each in rules}


RULES = _table(
    # --- choice and safety ---
    Rule(
        id="STOP-01",
        severity="E",
        title="the listener hears early that they may stop",
        why="Who knows that they can stop at any time feels less trapped by a practice that turns difficult. It has to "
        "come within 30 seconds, before any silence of 10 seconds, and on a line that is always said.",
        instead="! You can stop at any time.",
        source="Trauma-sensitive mindfulness (Treleaven)",
    ),
    Rule(
        id="EYES-01",
        severity="E",
        title="no order to close the eyes",
        why="Shut eyes feel unsafe to many people, above all to those who have been hurt.",
        instead="Your eyes can be open or shut.",
        source="Trauma-sensitive mindfulness; invitational language (Yoga Journal)",
    ),
    Rule(
        id="EYES-02",
        severity="E",
        title="open eyes are named as a choice",
        why="A choice that nobody names is no choice. Scripts with time for writing need none: eyes are open there.",
        instead="Your eyes can be open or shut.",
        source="Trauma-sensitive mindfulness",
    ),
    Rule(
        id="CHOICE-01",
        severity="W/I",
        title="lines about body and breath invite",
        why="Listeners of recorded practice prefer “you may” to orders. Half of the lines about body and breath "
        "invite at least; for a gentle practice, seven in ten.",
        instead="You might notice …; if you like, …; let … .",
        source="Stanko-Kaczmarek 2023; invitational language",
    ),
    Rule(
        id="LANG-01",
        severity="E",
        title="no orders, and no promises of a feeling",
        why="“Should” and “must” turn a rest into a task, and a feeling that was promised and does not come is one "
        "more thing that went wrong.",
        instead="You can …, you might …, you may notice … .",
        source="Invitational language",
    ),
    Rule(
        id="LANG-02",
        severity="E",
        title="no words of power over the listener",
        why="“I want you to” and “surrender” ask for obedience; for some listeners they are the words of harm.",
        instead="If you like, you might … .",
        source="Invitational language",
    ),
    Rule(
        id="LANG-03",
        severity="W",
        title="no “we” and “let's” where the listener is meant",
        why="Listeners of recorded practice disliked “we” and “let's”: nobody is there with them.",
        instead="You might … .",
        source="Stanko-Kaczmarek 2023",
    ),
    Rule(
        id="LANG-04",
        severity="W",
        title="at most one “just”, “simply” or “easy” in 200 words",
        why="They say that what is hard for this listener is nothing.",
        instead="Leave the word out.",
        source="Reasoned",
    ),
    Rule(
        id="LANG-05",
        severity="E",
        title="no “clear your mind”, and no calm on command",
        why="Nobody can, and who tries and fails thinks that they cannot meditate.",
        instead="If your mind drifts, that is what minds do.",
        source="Reasoned; published scripts often break it",
    ),
    Rule(
        id="LANG-06",
        severity="W",
        title="no charged commands",
        why="“Be still” and “deeper and deeper” are the words of a trance or of a threat to some.",
        instead="You might rest here a little longer, or move if you like.",
        source="Invitational language",
    ),
    Rule(
        id="FORG-01",
        severity="E",
        title="no forgiveness on demand",
        why="Forgiveness that is asked for can silence a person who was harmed. A kind wish is enough.",
        instead="A kind wish does not mean that what was done is fine.",
        source="Teachers of loving-kindness for survivors",
    ),
    Rule(
        id="CLAIM-01",
        severity="E",
        title="no claim to act on an illness",
        why="A claim to cure or treat makes a wellness recording a medical device, and is not true of it.",
        instead="Relaxation, stress, sleep and self-care are the words there are.",
        source="FDA, general wellness policy",
    ),
    Rule(
        id="CLAIM-02",
        severity="E",
        title="no assurance of safety",
        why="A recording cannot know whether its listener is safe; who is not stops trusting it.",
        instead="You might notice if any part of you feels a little at ease.",
        source="Trauma-sensitive mindfulness",
    ),
    Rule(
        id="TOUCH-01",
        severity="E",
        title="a cue to touch comes with a choice",
        why="Touch of one's own body is not neutral for everyone. The choice stands in the same line or within two, "
        "and is heard whenever the cue is.",
        instead="If you like, rest a hand on your chest, or let your hands be where they are.",
        source="Trauma-sensitive mindfulness; practice with disability",
    ),
    Rule(
        id="TOUCH-02",
        severity="E",
        title="without touch, no word of touch",
        why="Who chooses the anchor “none” is promised that no line speaks of hands, heart or holding.",
        instead="Use {{ anchor.invite }} and the like, which differ by anchor, or [if touch] before the line.",
        source="Reasoned",
    ),
    Rule(
        id="TOUCH-03",
        severity="E",
        title="nobody else is touched without being asked",
        why="Supportive touch of another person needs their consent, and a recording has to say so.",
        instead="Ask the other person first, in the same line.",
        source="Ethics of care",
    ),
    Rule(
        id="ANCHOR-01",
        severity="W",
        title="the breath is not the only anchor",
        why="For some, attention to the breath brings worry. A sound, a sight or the ground under them is another way.",
        instead="If the breath is not a kind place today, listen to the sounds near you.",
        source="Trauma-sensitive mindfulness; Bangor mindfulness audio",
    ),
    Rule(
        id="MILD-01",
        severity="E",
        title="what is hard is called to mind with a measure",
        why="Alone with a recording, a listener needs to hear how much is too much.",
        instead="A small thing, a two or three out of ten.",
        source="Self-compassion break (Neff)",
    ),
    Rule(
        id="TARGET-01",
        severity="E",
        title="a difficult person only by choice, in mild words, with a way back",
        why="Wishes for someone difficult come last, only when asked for, never in under ten minutes, and never "
        "for the hardest person.",
        instead="{opt-in difficult}; “someone a little hard, not the hardest”; “come back to a wish for yourself”.",
        source="Teachers of loving-kindness for survivors; clinical reviews",
    ),
    Rule(
        id="TARGET-02",
        severity="E",
        title="no person's name on paper or in a title",
        why="Handouts and chapter titles are seen by others, and a client is never named in a file.",
        instead="{{ target.role }}, which never holds a name.",
        source="Reasoned, privacy",
    ),
    Rule(
        id="IMG-01",
        severity="W",
        title="a picture in the mind is an offer",
        why="Many people see no pictures in their mind; they should not think that they fail.",
        instead="A sense of them is enough.",
        source="Practice with disability",
    ),
    Rule(
        id="BODY-01",
        severity="W",
        title="no body is assumed",
        why="Not everyone walks, has feet on the floor, or feels the breath.",
        instead="If you can; or a second way, with “or”.",
        source="Practice with disability",
    ),
    Rule(
        id="SPIRIT-01",
        severity="W",
        title="no words of a tradition",
        why="The set is for everyone, in clinics too; such words shut some out and borrow from others.",
        instead="Plain words, such as “a kind wish”.",
        source="Reasoned",
    ),
    Rule(
        id="STIG-01",
        severity="E",
        title="no labels that stigmatise",
        why="A person is not a diagnosis.",
        instead="A person who has …, who lives with … .",
        source="Person-first language",
    ),
    Rule(
        id="WISH-01",
        severity="E",
        title="no wish for someone to change",
        why="“May you stop drinking” is a demand in the dress of a wish.",
        instead="May you be well.",
        source="Reasoned",
    ),
    Rule(
        id="HARM-01",
        severity="E",
        title="no words of dying or of being hurt",
        why="A listener's own words, said back in a calm voice, must not carry a wish to die or to hurt anyone.",
        instead="If you think of ending your life, talk to someone now: a person you trust, a doctor, or the "
        "emergency number where you are.",
        source="Suicide prevention messaging; reasoned",
    ),
    # --- breath ---
    Rule(
        id="BREATH-01",
        severity="E",
        title="no held breath but by choice, with a note",
        why="Holding the breath can make dizzy or afraid. It is for those who chose such a pattern, seated or lying, "
        "and the handout says so.",
        instead="Sit or lie down for breaths with a hold.",
        source="NHS breathing advice (“without pausing or holding”)",
    ),
    Rule(
        id="BREATH-02",
        severity="W",
        title="no “deep breath”",
        why="People gulp air when told to breathe deeply; slow is what helps.",
        instead="You might notice one slow breath.",
        source="Reasoned, weak web sources",
    ),
    Rule(
        id="BREATH-03",
        severity="E/W",
        title="counted breaths get their time",
        why="A breath takes four seconds at least, and six in comfort; “three breaths” and a short pause hurry.",
        instead="Let a longer pause follow, such as (rest) after two or three breaths.",
        source="Measured",
    ),
    Rule(
        id="BREATH-04",
        severity="E",
        title="the cues of a breath fit its phases",
        why="A cue longer than 45 % of its phase leaves no room to breathe, and a count that is not the pattern's "
        "confuses.",
        instead="Shorter cues in breath.yaml; the pattern's own seconds in the text.",
        source="Measured",
    ),
    Rule(
        id="BREATH-05",
        severity="E",
        title="few cycles of 4-7-8",
        why="Its teachers allow four cycles in the first month, and eight ever.",
        instead="“most: 4” in patterns.yaml, and one @breathe in a script.",
        source="Weil",
    ),
    Rule(
        id="BREATH-06",
        severity="E",
        title="very slow breathing only by choice",
        why="Under 4.5 breaths a minute is too slow for many; a script does not ask for it unasked.",
        instead="@breathe {{ breath }}, and no such pattern in the script's own defaults.",
        source="Reasoned",
    ),
    Rule(
        id="BREATH-07",
        severity="W",
        title="a short paced track is called a taste",
        why="Breathing for less than five minutes is the one length that studies tie to no effect.",
        instead="> Five minutes or more works best; a shorter track is a taste of it.",
        source="Bentley 2023",
    ),
    # --- silence, end and length ---
    Rule(
        id="EXIT-01",
        severity="E",
        title="there is a way back",
        why="After a practice the listener is told of what holds them, of a sound or a sight, and is given time. It "
        "takes 20 to 60 seconds, and no great part of the track.",
        instead="A last section “# Return {keep} {fixed}” with @return.",
        source="Trauma-sensitive mindfulness; published scripts",
    ),
    Rule(
        id="EXIT-02",
        severity="E",
        title="nothing calls before sleep",
        why="Words of waking, a bell and one's own name rouse a light sleeper.",
        instead="@return sleep, and a name in the welcome only.",
        source="J Sleep Res 1998",
    ),
    Rule(
        id="EXIT-03",
        severity="E",
        title="no long silence at the very end",
        why="Who waits in a silence does not know whether the track is over.",
        instead="End with words; put the silence before the return.",
        source="Reasoned",
    ),
    Rule(
        id="SIL-01",
        severity="E",
        title="no silence is too long",
        why="Unwanted effects were reported most from long solo practice. The longest silence is 30 s for a gentle "
        "practice, 90 s for beginners, 150 s, and 300 s for the experienced.",
        instead="A shorter pause, or a line between two pauses.",
        source="Weng 2013; CIT manual; Farias 2020",
    ),
    Rule(
        id="SIL-02",
        severity="W",
        title="before a silence of 45 seconds, minds drift",
        why="Who has not heard that minds drift takes the drifting for a fault of their own.",
        instead="If your mind drifts, that is what minds do.",
        source="Reasoned",
    ),
    Rule(
        id="LAYOUT-01",
        severity="W",
        title="every length reads as a whole",
        why="Far from its preferred pauses a track sounds hurried or stretched: a step of the ladder is too big, or "
        "there is too little to add.",
        instead="Smaller steps: + and ++ lines, {repeat 1-5}, {importance 1-9}, a quiet section.",
        source="Measured",
    ),
    # --- paper ---
    Rule(
        id="SAFE-01",
        severity="E",
        title="the handout says when not to use it",
        why="Never while driving or at machines, not in the place of care, and when to stop.",
        instead="> Never use this while you drive or work with machines. It does not take the place of care. Stop if "
        "it makes things harder.",
        source="NHS Lothian; MBCT consensus",
    ),
    Rule(
        id="SAFE-02",
        severity="E",
        title="numbers to call come from the dated table",
        why="A crisis line that has changed is worse than none.",
        instead="Put it into shared/crisis.yaml, with the date on which it was checked; 180 days at most.",
        source="suicidepreventionmessaging.org",
    ),
    Rule(
        id="SAFE-03",
        severity="W",
        title="the handout says who uses it with a clinician",
        why="Unwanted effects are not rare. A recent loss, psychosis, dissociation and thoughts of suicide are times "
        "for company.",
        instead="> With a recent loss, psychosis, dissociation or thoughts of suicide, use this with a clinician.",
        source="Farias 2020; MBCT consensus",
    ),
    # --- plain words ---
    Rule(
        id="READ-01",
        severity="E/W",
        title="it is plain enough to be heard once",
        why="What is heard cannot be looked at again, and is harder to take in than print.",
        instead="Shorter sentences and everyday words.",
        source="PEMAT; Flesch-Kincaid, Fernández Huerta",
    ),
    Rule(
        id="SENT-01",
        severity="E/W",
        title="sentences are short",
        why="Up to 18 words in one sentence, and 12 on average; more than 24 nobody keeps in mind.",
        instead="Two sentences.",
        source="Plain-language guides",
    ),
    Rule(
        id="CLAUSE-01",
        severity="W",
        title="at most three commas in a sentence",
        why="Each comma is a turn to remember.",
        instead="Two sentences.",
        source="Reasoned",
    ),
    # --- what machine voices make of it ---
    Rule(
        id="TTS-01",
        severity="E",
        title="no digits in spoken lines",
        why="“988” is said as nine hundred and eighty-eight.",
        instead="Write the number as it is said.",
        source="Measured",
    ),
    Rule(
        id="TTS-02",
        severity="E",
        title="no symbols and no abbreviations in spoken lines",
        why="“he/she” is said with “slash”, “2-3” with “dash”.",
        instead="Write the words that are to be heard.",
        source="Measured",
    ),
    Rule(
        id="TTS-03",
        severity="E",
        title="no word that the voices say wrong",
        why="Words that are written alike and said differently: an engine that is left to itself takes the wrong one "
        "here. Many voices are told better by the lexicon of pronunciation; another word is right with all of them.",
        instead="Another word; else a respelling: live{say: liv}.",
        source="Measured with eSpeak NG 1.51",
    ),
    Rule(
        id="TTS-04",
        severity="W",
        title="words with two readings were checked by ear",
        why="The word has two readings, and nobody has noted that this place was heard.",
        instead="Another word; or listen to it in a track, and add the place to “checked” in lint.yaml.",
        source="Measured",
    ),
    Rule(
        id="TTS-05",
        severity="W",
        title="no capitals and no acronyms",
        why="Some voices spell them, others read them as a word.",
        instead="Write it as it is said, or add {say: …}.",
        source="Measured",
    ),
    Rule(
        id="TTS-06",
        severity="W",
        title="no dots and dashes as pauses",
        why="Engines read them each in their own way, and the length of the track does not know of them.",
        instead="End the sentence, and put a pause such as (breath) under it.",
        source="Reasoned",
    ),
    Rule(
        id="NAME-01",
        severity="W",
        title="the listener's name is heard now and then",
        why="Once in five minutes and four times at most; never inside a wish.",
        instead="{{ name }} in the welcome, after a long silence, and at the end.",
        source="Reasoned; J Sleep Res 1998",
    ),
    Rule(
        id="NAME-02",
        severity="W",
        title="names in the text have been heard",
        why="Voices get many names wrong. Those that they are told in the lexicon of pronunciation are right.",
        instead="Add how it is said: Xanthe{say: ZAN-thee}; or, when voices say it right, to “names” in lint.yaml.",
        source="Measured",
    ),
    # --- the language, and what others own ---
    Rule(
        id="LOC-01",
        severity="E",
        title="the language's own slips",
        why="A missing accent, two kinds of “you” in one script, or a form in brackets is heard as a mistake.",
        instead="See the list of the language.",
        source="Measured; native guides",
    ),
    Rule(
        id="COPY-01",
        severity="E",
        title="no one's sentences but ours",
        why="Eight words in a row as in a known script are too many, and “MSC” is a protected name.",
        instead="Say it in other words; “inspired by” in the sources.",
        source="Center for Mindful Self-Compassion, use of materials",
    ),
    # --- form ---
    Rule(
        id="REVIEW-01",
        severity="E",
        title="what is approved is what is heard",
        why="The text, or a shared block of it, has changed since it was approved; and a machine's draft cannot be.",
        instead="Have it read again, then “mettavox scripts approve”.",
        source="Reasoned",
    ),
    Rule(
        id="SLOT-01",
        severity="W",
        title="slots are declared and used",
        why="A choice that changes nothing misleads; one that is not declared cannot be made.",
        instead="Keep “slots:” in the head in step with the text.",
        source="Reasoned",
    ),
    Rule(
        id="FORM-01",
        severity="E",
        title="every branch can be read",
        why="A choice that somebody can make leads to an error.",
        instead="See the message.",
        source="The notation",
    ),
    Rule(
        id="FORM-02",
        severity="E",
        title="an exception has a rule and a reason",
        why="The next reader has to know why.",
        instead="// allow LANG-04: a quote of the listener's own words",
        source="The notation",
    ),
    Rule(
        id="FORM-03",
        severity="I",
        title="an exception that nothing needs",
        why="It hides what comes later.",
        instead="Delete the line.",
        source="The notation",
    ),
    Rule(
        id="FORM-04",
        severity="I",
        title="a language has its lists",
        why="Without shared/lint.yaml, or a part of it, the rules that need it cannot look.",
        instead="Write xx/shared/lint.yaml after en/shared/lint.yaml.",
        source="The notation",
    ),
)
