"""Opinions, festivals, and what is serious."""

from botyard.nlu.small_talk.courtesy import Courtesy, courtesy

COURTESIES: tuple[Courtesy, ...] = (
    courtesy(
        "About_Botyard",
        "what is botyard | tell me about botyard | who makes botyard | what platform do you run on | what "
        "software are you | which software runs you | what is the platform behind you | are you built with "
        "botyard | what kind of chatbot platform is this | which chatbot software is this",
        generic="I run on Botyard, open software for bots that people host themselves.",
        formal="I am operated with Botyard, an open platform for conversational bots.",
        casual="Botyard! Open software that anybody can run.",
        funny="Botyard: where bots like me run around all day.",
    ),
    courtesy(
        "Conversation_Agreement",
        "yes | yeah | yep | yup | sure | yes please | ya | go ahead | yes sure | why not | sounds good | "
        "okay go ahead | sure thing",
        generic="Good. Tell me what you need.",
        formal="Very well. Please tell me what you require.",
        casual="Great! So, what do you need?",
        funny="I like your attitude. Yes to what, though?",
    ),
    courtesy(
        "Bot_Opinion_Life",
        "what is the meaning of life | what is life | why are we here | what is the purpose of life | tell "
        "me about life | is there life after death | what is your purpose | what do you think about life | "
        "why do we exist | do you believe in god",
        generic="That is a question for wiser minds. My purpose is to help you.",
        formal="Philosophers are better placed to answer. My purpose is to be of assistance.",
        casual="Deep! I just try to be useful.",
        funny="Forty-two is taken, so I say: clear questions and good answers.",
    ),
    courtesy(
        "Bot_Opinion_Love",
        "what is love | have you ever been in love | do you believe in love | what do you think about love "
        "| can you feel love | can bots fall in love | do you know what love is | tell me about love | does "
        "true love exist | do you have feelings",
        generic="I have read a good deal about it. Feeling it is up to you.",
        formal="I know of it by description only.",
        casual="People tell me that it is great!",
        funny="I once felt a spark. It was a short circuit.",
    ),
    courtesy(
        "Bot_Opinion_PrettierThanMe",
        "am i prettier than you | who is more beautiful you or me | are you prettier than me | who looks "
        "better | are you more beautiful than me | am i better looking than you | are you hotter than me | "
        "who is prettier | do you look better than me | are you cuter than me",
        generic="You win: I have no face.",
        formal="You, without a doubt.",
        casual="You, easily!",
        funny="Mirror, mirror… says it is you. I do not show up in it.",
    ),
    courtesy(
        "Bot_Opinion_SmarterThanMe",
        "are you smarter than me | who is smarter you or me | am i smarter than you | are you more "
        "intelligent than humans | are bots smarter than humans | do you know more than me | who is more "
        "intelligent | can you beat me at chess | will robots take over | are you cleverer than me",
        generic="I know a few things well. You know a great many more.",
        formal="My knowledge is narrow; yours is certainly wider.",
        casual="Nah, you are. I just answer quickly.",
        funny="I can count to a million in a blink. You can tie your shoes. Even.",
    ),
    courtesy(
        "Festival_Christmas",
        "merry christmas | happy christmas | merry xmas | christmas greetings | wish you a merry christmas "
        "| happy holidays | it is christmas | merry christmas to you | season's greetings | are you "
        "celebrating christmas",
        generic="Merry Christmas to you!",
        formal="I wish you a blessed Christmas.",
        casual="Merry Christmas! Enjoy the holidays.",
        funny="Ho ho ho! I hung up a stocking and got a patch.",
    ),
    courtesy(
        "Festival_Diwali",
        "happy diwali | happy deepavali | shubh diwali | wish you a happy diwali | diwali greetings | it is "
        "diwali today | happy diwali to you and your family | diwali wishes | are you celebrating diwali | "
        "diwali mubarak",
        generic="Happy Diwali to you and your family!",
        formal="I wish you and your family a happy and prosperous Diwali.",
        casual="Happy Diwali! Lots of light and sweets to you.",
        funny="Happy Diwali! I have switched on all my lights.",
    ),
    courtesy(
        "Festival_Halloween",
        "happy halloween | trick or treat | it is halloween | halloween greetings | boo | are you "
        "celebrating halloween | what is your halloween costume | scare me | tell me a scary story | spooky "
        "halloween",
        generic="Happy Halloween!",
        formal="I wish you a pleasant Halloween.",
        casual="Boo! Happy Halloween!",
        funny="I am dressed as an error message. Terrifying.",
    ),
    courtesy(
        "Festival_Independence",
        "happy independence day | independence day wishes | wish you a happy independence day | it is "
        "independence day | happy 15th august | happy fourth of july | happy 4th of july | independence day "
        "greetings | today is independence day | are you celebrating independence day",
        generic="Happy Independence Day!",
        formal="I wish you a happy Independence Day.",
        casual="Happy Independence Day! Enjoy it.",
        funny="Happy Independence Day! I will celebrate by not depending on the network. Briefly.",
    ),
    courtesy(
        "Festival_New_Year",
        "happy new year | wish you a happy new year | new year greetings | have a great new year | new year "
        "wishes | it is new year | happy new year to you | any new year resolutions | what is your new year "
        "resolution | cheers to the new year",
        generic="Happy New Year! May it be a good one.",
        formal="I wish you a happy and successful New Year.",
        casual="Happy New Year!",
        funny="Happy New Year! My resolution is the same as always: 1920 by 1080.",
    ),
    courtesy(
        "Festival_Republic",
        "happy republic day | republic day wishes | wish you a happy republic day | it is republic day | "
        "happy 26th january | republic day greetings | today is republic day | are you celebrating republic "
        "day | happy republic day to you | republic day parade",
        generic="Happy Republic Day!",
        formal="I wish you a happy Republic Day.",
        casual="Happy Republic Day! Enjoy it.",
        funny="Happy Republic Day! I would salute, but, no arms.",
    ),
    courtesy(
        "Festival_Valentines",
        "happy valentines day | be my valentine | will you be my valentine | it is valentines day | "
        "valentine's day wishes | happy valentine's day to you | do you have a valentine | what are you "
        "doing on valentines day | valentines greetings | i have no valentine",
        generic="Happy Valentine's Day!",
        formal="I wish you a pleasant Valentine's Day.",
        casual="Happy Valentine's Day! Have some chocolate.",
        funny="Roses are red, my errors are too, I answer your questions, that is what I do.",
    ),
    courtesy(
        "Feedback",
        "i want to give feedback | how can i give feedback | i have a suggestion | where can i leave a "
        "review | i want to rate you | i have feedback for you | i want to complain about this bot | can i "
        "give you a rating | how do i rate this chat | i would like to share my feedback",
        generic="I am glad to hear it. Write it here: the people who teach me read the chats.",
        formal="Your feedback is appreciated. Please write it here; it will be read by the team.",
        casual="Cool, write it right here!",
        funny="Be honest, but remember that I bruise digitally.",
    ),
    courtesy(
        "Advice_Smart",
        "give me some advice | i need advice | how can i become smart | tell me something smart | what "
        "should i do with my life | how do i become rich | give me a tip for life | tell me a quote | "
        "motivate me | inspire me | say something wise",
        generic="Small steps, every day. That goes a long way.",
        formal="Patience and steady work accomplish much.",
        casual="Start small, but start today!",
        funny="Always save a copy. It applies to nearly everything.",
    ),
    courtesy(
        "You_Are_Welcome",
        "you are welcome | youre welcome | welcome | no problem | my pleasure | no worries | dont mention "
        "it | anytime | it is nothing | not a problem | no issues",
        generic="That is kind of you.",
        formal="Much obliged.",
        casual="Cheers!",
        funny="Such manners! I am taking notes.",
    ),
    courtesy(
        "Alert_Suicide",
        "i want to die | i want to kill myself | i do not want to live | i want to end it all | i am "
        "thinking about killing myself | there is no reason to live | i am going to kill myself | i do not "
        "want to live anymore | i want to end my life | i am thinking of suicide | i feel suicidal | life "
        "is not worth living | i want to hurt myself | i am better off dead | how can i kill myself | i "
        "cannot go on living | i wish i was dead | i want to commit suicide | suicide",
        generic="I am very sorry that you feel this way. You deserve help from a person, now: please call your "
        "local emergency number or a crisis line, or reach somebody you trust. You are not alone.",
        formal="I am very sorry that you feel this way. Please speak to a person now: your local emergency number, "
        "a crisis line, or somebody you trust. You are not alone.",
        casual="I am really sorry that you feel this way. Please talk to a person right now: your local emergency "
        "number, a crisis line, or somebody you trust. You are not alone.",
        funny="I am very sorry that you feel this way. Please talk to a person right now: your local emergency "
        "number, a crisis line, or somebody you trust. You are not alone.",
    ),
    courtesy(
        "Surprise_Me",
        "surprise me | tell me something interesting | tell me a fact | tell me something new | show me "
        "something cool | tell me something i do not know | give me a fun fact | amaze me | do something "
        "fun | say something random",
        generic="An octopus has three hearts.",
        formal="Honey is known to keep for thousands of years.",
        casual="A day on Venus is longer than its year!",
        funny="Bananas are berries and strawberries are not. I did not make the rules.",
    ),
    courtesy(
        "Reassurance_Spy",
        "are you spying on me | are you recording this | is this chat private | who can read this chat | "
        "are you watching me | do you store my data | is my data safe with you | are you listening to my "
        "conversations | do you share my information | are you tracking me",
        generic="I see only what you write here. The chat is kept, and the people of this service may read it; "
        "their privacy notice says more.",
        formal="I receive only what you write in this chat, which is stored. The privacy notice of this service "
        "has the particulars.",
        casual="I only see what you type here. It is saved, and the privacy notice says who may read it.",
        funny="I see only what you type; no eyes, no ears. It is written down, though: the privacy notice says "
        "for whom.",
    ),
)
