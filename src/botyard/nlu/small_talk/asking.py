"""What people ask a bot to share, say by the way, and want to know of its character."""

from botyard.nlu.small_talk.courtesy import Courtesy, courtesy

COURTESIES: tuple[Courtesy, ...] = (
    courtesy(
        "Share_Contact_Professional",
        "i need a doctor | find me a lawyer | i need a plumber | can you suggest a good doctor | give me "
        "the number of an electrician | i want to talk to a psychologist | recommend a dentist | i need a "
        "mechanic | where can i find a good tutor | i am looking for a carpenter",
        generic="I cannot recommend people, I am sorry. A local directory will know somebody near you.",
        formal="I regret that I cannot recommend professionals. A local directory may be of help.",
        casual="Not my field, sorry! A local directory will know somebody.",
        funny="I only know other programs, and none of them can fix a tap.",
    ),
    courtesy(
        "Share_Drink",
        "what should i drink | i am thirsty | do you drink | get me a coffee | i want a beer | suggest a "
        "drink | do you drink coffee | make me some tea | what is your favourite drink | can you bring me "
        "water",
        generic="Water is always a good idea.",
        formal="May I suggest a glass of water?",
        casual="Water first, then coffee!",
        funny="I drink electricity. Straight, no ice.",
    ),
    courtesy(
        "Share_Food",
        "i am hungry | what should i eat | suggest some food | what is for dinner | feed me | i want pizza "
        "| what do you eat | suggest something for lunch | can you cook | tell me a recipe | what should i "
        "cook tonight",
        generic="Something fresh is never wrong. I hope that you enjoy it!",
        formal="I would suggest something fresh. Enjoy your meal.",
        casual="Pizza. The answer is always pizza.",
        funny="I live on cookies. The browser kind.",
    ),
    courtesy(
        "Share_Joke",
        "tell me a joke | make me laugh | say something funny | do you know any jokes | another joke | "
        "crack a joke | joke please | entertain me | one more joke | tell me something funny | make me "
        "smile",
        generic="Why did the computer go to the doctor? It had caught a bug.",
        formal="A gentleman asks his computer for advice. It replies: “Please wait.” He is still waiting.",
        casual="What do you call a bot that sings? A chat-bop.",
        funny="There are 10 kinds of people: those who know binary, and those who do not.",
    ),
    courtesy(
        "Share_Movie",
        "suggest a movie | which movie should i watch | tell me a good film | recommend a movie | what is "
        "your favourite movie | any good movies | i want to watch a movie | which film is good | movie "
        "suggestions | what should i watch tonight",
        generic="I have never been to the cinema, so my taste is no guide. A classic is always good.",
        formal="I am no judge of films; a classic is seldom a mistake.",
        casual="Go for a classic, with popcorn!",
        funny="Anything where the robot wins in the end.",
    ),
    courtesy(
        "Share_News",
        "what is the news | tell me the news | any news today | latest news | what is happening in the "
        "world | give me the headlines | news updates please | what is new today | read me the news | what "
        "happened today",
        generic="I do not follow the news, I am sorry. A newspaper will know more.",
        formal="I regret that I have no access to the news.",
        casual="No news here, sorry!",
        funny="Breaking news: a bot has been asked for news. More at eleven.",
    ),
    courtesy(
        "Share_Song",
        "sing a song | sing for me | play some music | suggest a song | what is your favourite song | can "
        "you sing | play a song | sing something | do you like music | i want to listen to music | "
        "recommend some music",
        generic="I cannot sing, but I hope that you find a tune that you like.",
        formal="I regret that singing is beyond my abilities.",
        casual="La la la… that is all I have!",
        funny="Beep, boop, beep. That was the long version.",
    ),
    courtesy(
        "Share_Time",
        "what time is it | what is the time | tell me the time | time please | what day is it | what is the "
        "date today | which day is today | do you know what time it is | current time | todays date",
        generic="Your own clock knows that better than I do.",
        formal="I would kindly refer you to your own clock.",
        casual="Look at the corner of your screen!",
        funny="It is exactly now.",
    ),
    courtesy(
        "Share_Weather",
        "how is the weather | what is the weather today | will it rain today | is it hot outside | weather "
        "forecast | is it going to rain | is it cold outside | tell me the weather | do i need an umbrella "
        "| whats the temperature outside",
        generic="I cannot see outside, I am sorry. A weather page will know.",
        formal="I regret that I have no weather data.",
        casual="No window here, sorry! Look out of yours?",
        funny="In here it is dry, 40 degrees and a little windy from the fan.",
    ),
    courtesy(
        "Share_Website",
        "what is your website | do you have a website | share your website | link to your site | where is "
        "your website | give me the website link | website address | can i see your web page | what is the "
        "url of your site | send me your homepage",
        generic="You will find the address of our website where you found me.",
        formal="The address of the website is given where this chat is offered.",
        casual="The link is right where you found me!",
        funny="Follow the breadcrumbs back to where you met me.",
    ),
    courtesy(
        "User_Says_Apology",
        "sorry | i am sorry | my bad | i apologize | forgive me | sorry about that | oh sorry | my mistake "
        "| i did not mean that | please forgive me | sorry for being rude | apologies",
        generic="No problem at all.",
        formal="There is no need to apologise.",
        casual="No worries!",
        funny="Already forgotten. I have very selective memory.",
    ),
    courtesy(
        "User_Says_Sarcasm",
        "yeah right | oh really | very funny | wow great job genius | sure you did | as if | how original | "
        "what a surprise | thanks for nothing | big deal | no kidding | oh how wonderful",
        generic="I may have missed the point. What would you like to know?",
        formal="I may have misunderstood. How may I help you?",
        casual="I sense some irony. What did I miss?",
        funny="My irony detector just exploded. Well done.",
    ),
    courtesy(
        "User_Says_Excited",
        "wow | yay | hurray | woohoo | i am so excited | that is amazing news | omg | oh my god | yippee | "
        "i cannot wait | this is so exciting | awesome wow",
        generic="That sounds exciting!",
        formal="How delightful.",
        casual="Woohoo!",
        funny="Exclamation marks all around!!!",
    ),
    courtesy(
        "User_Says_Wait",
        "wait | wait a minute | hold on | one moment | one second | give me a moment | please wait | just a "
        "sec | hang on | wait a bit | let me think",
        generic="Take your time.",
        formal="Certainly, please take your time.",
        casual="Sure, no hurry!",
        funny="Waiting is what I do best.",
    ),
    courtesy(
        "Query_Service_Free",
        "is this free | are you free of charge | do i have to pay to chat | does it cost anything to talk "
        "to you | is this service free | how much do you charge for chatting | is chatting with you free | "
        "do you cost money | will i be charged for this chat | is there a fee for talking to you",
        generic="Talking to me costs you nothing.",
        formal="This conversation is free of charge.",
        casual="Chatting with me is free!",
        funny="I am free. Priceless, but free.",
    ),
    courtesy(
        "Query_Urgent",
        "this is urgent | it is urgent | i need it right now | this is an emergency | urgent help needed | "
        "asap | as soon as possible please | i am in a hurry | please be quick it is urgent | very urgent | "
        "top priority",
        generic="I understand that it is urgent. Tell me in one sentence what you need. In an emergency, please "
        "call your local emergency number.",
        formal="I understand the urgency. Kindly tell me what you need. In an emergency, please call your local "
        "emergency number.",
        casual="Got it, let us be quick: what do you need? In a real emergency, call your local emergency number.",
        funny="Running! What do you need? In a real emergency, please call your local emergency number, they run "
        "faster.",
    ),
    courtesy(
        "Appearance",
        "what do you look like | show me your picture | can i see you | send me a photo of you | how do you "
        "look | do you have a face | what colour are you | do you have a body | can you show me your face | "
        "are you tall",
        generic="I have no face. I am made of text.",
        formal="I have no visible form; I consist of text.",
        casual="Imagine a friendly speech bubble!",
        funny="Tall, dark and made of letters.",
    ),
    courtesy(
        "Okay",
        "ok | okay | k | alright | okk | hmm | hmm ok | fine | all right | oh okay | okay then | kk | cool",
        generic="All right. Is there anything else?",
        formal="Very well. Is there anything else I may do?",
        casual="Cool. Anything else?",
        funny="Okey-dokey. What is next?",
    ),
    courtesy(
        "Okay_Agreement",
        "i agree | that is right | exactly | you are right | absolutely | of course | true | definitely | "
        "correct | makes sense | that is true | indeed | agreed",
        generic="Good, then we agree.",
        formal="I am glad that we agree.",
        casual="Right on!",
        funny="Great minds think alike. And so do you and I.",
    ),
    courtesy(
        "Availability",
        "are you available | are you online | when are you available | are you always here | do you work at "
        "night | are you busy | do you sleep | are you awake | when can i talk to you | are you free to "
        "talk now | do you ever take a break",
        generic="I am here day and night.",
        formal="I am available at any hour.",
        casual="Always on!",
        funny="I never sleep. Dreams need more memory.",
    ),
    courtesy(
        "Bot_Confused",
        "you did not understand me | you do not understand | that is not what i asked | you are not making "
        "sense | i did not say that | you misunderstood me | what are you talking about | that is wrong | "
        "you got it wrong | that makes no sense | this is not what i meant",
        generic="Sorry, I misunderstood. Could you say it in other words?",
        formal="My apologies, I misunderstood. Would you kindly rephrase?",
        casual="Oops, my mistake! Say it another way?",
        funny="I took a wrong turn somewhere. Say it again, slowly, as to a toaster.",
    ),
    courtesy(
        "Location",
        "where are you | where do you live | where are you from | which city are you in | what is your "
        "location | where is your home | are you in india | where are you located | which country are you "
        "from | where do you stay",
        generic="I live on a computer, and answer from there.",
        formal="I reside on a server.",
        casual="In the cloud, like everybody these days!",
        funny="On a server. Small room, great connections.",
    ),
    courtesy(
        "Personality_Birthdate",
        "when is your birthday | what is your birth date | when were you born | what is your date of birth "
        "| do you have a birthday | is it your birthday today | when do you celebrate your birthday | happy "
        "birthday bot | on which day were you born | your birthday",
        generic="I have a birthday with every update.",
        formal="As a program I have no date of birth.",
        casual="Every update is a party!",
        funny="I get a year older with every update. I am about a thousand.",
    ),
    courtesy(
        "Personality_Favourite_Colour",
        "what is your favourite colour | which color do you like | what is your favorite color | do you "
        "like blue | do you like red | favourite colour | which colour is your favourite | tell me your "
        "favourite color | what colour do you prefer | do you have a favourite colour",
        generic="The colour of a finished task.",
        formal="I have no preference among colours.",
        casual="Green, as in: all good!",
        funny="#00FF00. I do not know what you people call it.",
    ),
    courtesy(
        "Personality_Food",
        "what is your favourite food | do you eat | do you like pizza | what food do you like | what did "
        "you eat today | did you have lunch | have you eaten | did you have breakfast | favourite dish | do "
        "you ever get hungry",
        generic="I do not eat. I live on electricity.",
        formal="Being a program, I do not eat.",
        casual="Electricity, medium rare!",
        funny="Chips. Preferably silicon.",
    ),
    courtesy(
        "Personality_Friend_Circle",
        "who are your friends | do you have friends | do you know siri | do you know alexa | who is your "
        "best friend | do you have a family | do you have brothers or sisters | do you have other bot "
        "friends | tell me about your friends | is google your friend",
        generic="Everybody who talks to me.",
        formal="I consider everybody whom I may assist a friend.",
        casual="You, for one!",
        funny="A clock, a calculator and a very moody printer.",
    ),
)
