/*
 * labels.h: every word of a map in English; a translation is another file like this.
 *
 * %s, %u stand for what is put in. Texts are written into HTML and SVG as they are, so that they
 * must not hold &, <, > or quotes.
 *
 * Threads: constants.
 */
#ifndef WEND_MAP_LABELS_H
#define WEND_MAP_LABELS_H

#define LABEL_LANGUAGE "en"
#define LABEL_TITLE "Journey map"
#define LABEL_UNITS_SESSION "sessions"
#define LABEL_UNITS_JOURNEY "journeys"
#define LABEL_SESSION "Sessions"
#define LABEL_ALL "all"
#define LABEL_NO_VALUE "without a value"
#define LABEL_SCOPE "Journey"
#define LABEL_SEGMENT "Segment"
#define LABEL_COMPARE "Compare with"
#define LABEL_NOTHING "nothing"
#define LABEL_DIRECTION "Direction"
#define LABEL_FORWARD "forwards from the start"
#define LABEL_BACKWARD "backwards from the goal"
#define LABEL_SKIP "Skip to the map"
#define LABEL_CONTENTS "Views"
#define LABEL_CONTROLS "Choose a view"
#define LABEL_HINT                                                                                 \
    "Point at a touchpoint, or go there with the arrow keys, to see where it leads and "           \
    "where it comes from. Enter keeps it, Escape lets go."
#define LABEL_CONVERTED "converted"
#define LABEL_ABANDONED "abandoned"
#define LABEL_OPEN "still open"
#define LABEL_REACH "reach"
#define LABEL_LOST "lost"
#define LABEL_CONVERT "convert"
#define LABEL_STAGES "Stages and touchpoints"
#define LABEL_STAGES_HELP                                                                          \
    "How many come, how many of them reach the goal, and how many give up here."
#define LABEL_NO_STAGES "Touchpoints by reach"
#define LABEL_NO_STAGE "in no stage"
#define LABEL_MORE "more"
#define LABEL_GO_ON "go on"
#define LABEL_LOST_HERE "lost here"
#define LABEL_FLOW "Where they go, step by step"
#define LABEL_FLOW_BACK "How they came to the goal"
#define LABEL_FLOW_HELP                                                                            \
    "Each column is a step; the height of a bar is how many are there. A red foot: they "          \
    "end there and mostly give up. A grey foot: they end there, mostly converted or open."
#define LABEL_FLOW_BACK_HELP                                                                       \
    "The goal is on the right; to its left, step by step, what came before it. "                   \
    "A grey foot: the journey begins there."
#define LABEL_STEP "Step"
#define LABEL_GOAL "Goal"
#define LABEL_BEFORE "before"
#define LABEL_OTHER "(other)"
#define LABEL_OTHERS "others"
#define LABEL_SMALL "smaller flows, not drawn"
#define LABEL_GRAPH "Ways and loops"
#define LABEL_GRAPH_HELP                                                                           \
    "On the right the ways onwards; on the left the ways back: how often, and "                    \
    "the time that these steps took."
#define LABEL_TIMES "times"
#define LABEL_TAKES "taking"
#define LABEL_DROP "Where they give up"
#define LABEL_DROP_HELP "The last touchpoint of those who never reached the goal."
#define LABEL_IDEAL "The ideal journey and the actual one"
#define LABEL_IDEAL_GIVEN                                                                          \
    "Ideal as given. Bars: how many take the steps so far in this order, whatever lies between."
#define LABEL_IDEAL_FOUND                                                                          \
    "Ideal: the commonest path that converts (--ideal sets another). Bars: how many take "         \
    "the steps so far in this order, whatever lies between. \xE2\x86\xB3 what else follows a "     \
    "step."
#define LABEL_EXACTLY "take exactly this path"
#define LABEL_SWITCH "Changes of device or channel"
#define LABEL_SWITCH_HELP "A change from one value to another inside a journey."
#define LABEL_TIME "How long stages take"
#define LABEL_TIME_HELP                                                                            \
    "From reaching a stage to reaching the next: half of them within the dot, nine of ten "        \
    "within the bar. Each mark on the scale is a longer unit."
#define LABEL_TO "to"
#define LABEL_MEDIAN "half within"
#define LABEL_P90 "nine of ten within"
#define LABEL_PATHS "Most frequent paths"
#define LABEL_TRANSITIONS "Most frequent transitions"
#define LABEL_TABLE "As a table"
#define LABEL_NONE "There is none."
#define LABEL_SOURCE "Source"
#define LABEL_UNTIL "data up to"
#define LABEL_FROM "from"
#define LABEL_MADE "made by wend"
#define LABEL_SNAPSHOT "snapshot"
#define LABEL_LEFT_OUT                                                                             \
    "further choices of journey and segment are left out: a map has at most 24 views, and 1 MB"
#define LABEL_LIVE "Live: newer numbers are shown as they come."
#define LABEL_LIVE_LOST "The connection is lost; these numbers stand still since"
#define LABEL_LEGEND "Legend"
#define LABEL_LEGEND_REACH "come here"
#define LABEL_LEGEND_CONVERTED "of these convert"
#define LABEL_LEGEND_LOST "give up here"
#define LABEL_LEGEND_LOOP "way back"
#define LABEL_TOUCHPOINT "Touchpoint"
#define LABEL_STAGE "Stage"
#define LABEL_EVENTS "Events"
#define LABEL_RATE "Of those there"
#define LABEL_SHARE "Share"
#define LABEL_TOTAL_TIME "Total time"
#define LABEL_COUNT "Count"
#define LABEL_PATH "Path"
#define LABEL_FROM_COLUMN "From"
#define LABEL_TO_COLUMN "To"
#define LABEL_FIELD "Field"

#endif
